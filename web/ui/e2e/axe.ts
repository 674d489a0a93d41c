import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Serious and critical violations of WCAG 2 A and AA, one line each. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated through the debugger, for the page's own policy rightly refuses a foreign script.
  await page.evaluate(await readFile(source, 'utf8'));
  const results = await page.evaluate(() => {
    const { axe } = window as unknown as {
      axe: { run: (root: Document, options: object) => Promise<AxeResults> };
    };
    return axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
  });
  return results.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) =>
      v.nodes.slice(0, 4).map((n) => `${v.id}: ${n.target.join(' ')} ${n.failureSummary ?? ''}`),
    );
}
