import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** No GPU, no sandbox (CI runs as root), and nothing that talks to anyone but the page's own server. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser {
  context: BrowserContext;
  /** Opens a page that fails the test when it logs an error, throws, or asks another host. */
  open: (path: string, size?: { width: number; height: number }) => Promise<Page>;
  complaints: string[];
  close: () => Promise<void>;
}

export const baton = (process.env.BATON_URL ?? '').replace(/\/$/, '');

export async function start(): Promise<Browser> {
  if (!baton) throw new Error('BATON_URL must name a running Baton, e.g. http://localhost:8080');
  const profile = await mkdtemp(join(tmpdir(), 'baton-e2e-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: flags,
    viewport: { width: 1440, height: 900 },
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  context.setDefaultTimeout(90_000);
  const complaints: string[] = [];
  context.on('page', (page) => {
    page.on('console', (m) => {
      if (m.type() === 'error') complaints.push(`console: ${m.text()}`);
    });
    page.on('pageerror', (e) => complaints.push(`exception: ${e.message}`));
    page.on('request', (r) => {
      const url = new URL(r.url());
      if (url.protocol.startsWith('http') && url.origin !== new URL(baton).origin)
        complaints.push(`foreign request: ${r.url()}`);
    });
  });
  return {
    context,
    complaints,
    open: async (path, size) => {
      const page = await context.newPage();
      if (size) await page.setViewportSize(size);
      await page.goto(baton + path, { waitUntil: 'domcontentloaded' });
      return page;
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
