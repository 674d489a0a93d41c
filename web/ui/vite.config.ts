import { defineConfig, type Plugin, type UserConfig } from 'vite';

const api = process.env.BATON_URL ?? 'http://localhost:8080';

export default defineConfig(async ({ mode }): Promise<UserConfig> => {
  const plugins: Plugin[] = [];
  if (mode === 'fixtures') {
    // Only `npm run fixtures` reaches this; nothing of dev/ is part of a build.
    const { fixtureApi } = await import('./dev/plugin.ts');
    plugins.push(fixtureApi());
  }
  return {
    plugins,
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      // Go embeds this folder; public/.gitkeep puts its placeholder back, so that Go builds without Node.
      outDir: '../dist',
      emptyOutDir: true,
      target: 'es2022',
      // light-dark() and nesting as written: browsers of 2024 and later.
      cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
      // Data URLs for assets would be one more thing for the CSP to allow.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: true,
    },
    server: { proxy: { '/api': api } },
    preview: { proxy: mode === 'fixtures' ? {} : { '/api': api } },
  };
});
