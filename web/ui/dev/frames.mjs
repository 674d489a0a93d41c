// Measures the main thread's work for each frame while a large flow is scrolled: node dev/frames.mjs URL
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const profile = await mkdtemp(join(tmpdir(), 'baton-frames-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
  viewport: { width: 1440, height: 900 },
});
const page = await context.newPage();
await page.goto(process.argv[2]);
await page.locator('[role=treegrid] [role=row]').first().waitFor({ timeout: 60_000 });
await page.getByRole('button', { name: 'Expand all' }).click();
const cdp = await context.newCDPSession(page);
await cdp.send('Performance.enable');
const metrics = async () =>
  Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]));
const before = await metrics();
const frames = await page.evaluate(async () => {
  const box = document.querySelector('.wf-scroll');
  let n = 0;
  for (; n < 300; n++) {
    box.scrollTop += 173;
    await new Promise(requestAnimationFrame);
  }
  return n;
});
const after = await metrics();
const each = (name) => `${(((after[name] - before[name]) / frames) * 1000).toFixed(2)} ms`;
console.log(
  `${frames} frames; a frame: ${each('TaskDuration')} in all, ${each('ScriptDuration')} script, ${each('LayoutDuration')} layout, ${each('RecalcStyleDuration')} style`,
);
console.log(`rows in the document: ${await page.locator('[role=treegrid] [role=row]').count()}`);
await context.close();
await rm(profile, { recursive: true, force: true });
