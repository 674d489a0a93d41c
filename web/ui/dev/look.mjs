// Takes pictures of pages, in both themes and two sizes: node dev/look.mjs URL OUTDIR name=/path ...
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const [base, out, ...pages] = process.argv.slice(2);
const data = await mkdtemp(join(tmpdir(), 'baton-look-'));
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const context = await chromium.launchPersistentContext(data, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: flags,
});
const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
for (const spec of pages) {
  const [name, path] = spec.split(/=(.*)/s);
  for (const theme of (process.env.THEMES ?? 'light,dark').split(',')) {
    for (const size of (process.env.SIZES ?? 'wide,phone').split(',')) {
      const page = await context.newPage();
      page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(name, m.text()));
      page.on('pageerror', (e) => console.log(name, 'threw', e.stack));
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize(sizes[size]);
      await page.goto(base + path, { waitUntil: 'domcontentloaded' });
      await page.waitForTimeout(Number(process.env.WAIT ?? 1200));
      await page.screenshot({
        path: join(out, `${name}-${theme}-${size}.png`),
        fullPage: process.env.FULL === '1',
      });
      await page.close();
    }
  }
}
await context.close();
await rm(data, { recursive: true, force: true });
