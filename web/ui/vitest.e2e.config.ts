import { defineConfig } from 'vitest/config';

// The browser specs need a running Baton (BATON_URL) and are therefore not part of `npm test`.
export default defineConfig({
  test: {
    include: ['e2e/**/*.spec.ts'],
    environment: 'node',
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
