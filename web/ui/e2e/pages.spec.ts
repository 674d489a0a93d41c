import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { type Browser, start } from './browser.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await start();
});
// A spec that fails says what its page showed; nobody may have been there to look.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const page of browser.context.pages()) {
    const text = await page.evaluate(() => document.body.innerText).catch(String);
    console.error(`${task.name}: ${page.url()} showed\n${text.slice(0, 2000)}`);
  }
});
afterAll(async () => {
  await browser?.close();
});

/** A failed flow whose culprit has an owner, in a list that is still being filled. */
const ownedFailure = (page: Page) =>
  page.locator('.flow-row.v-failed', { has: page.locator('.c-owner .team-dot:not(.none)') }).first();

const titles = (page: Page) => page.locator('[role=treegrid] [role=row]');

/** Opens the list and goes to its first failed flow with an owner; answers with the owner's name. */
async function openFailedFlow(page: Page): Promise<string> {
  // Live updates may move rows between two looks, so one look takes all, and the row is then addressed by its flow.
  const { owner, href } = await ownedFailure(page).evaluate((row) => ({
    owner: row.querySelector<HTMLElement>('.c-owner')!.innerText.trim(),
    href: row.querySelector('a.row-link')!.getAttribute('href'),
  }));
  await page.locator(`a.row-link[href="${href}"]`).click();
  await page.waitForURL(/\/flows\/[0-9a-f]{16}/);
  return owner;
}

describe('someone on call', () => {
  let page: Page;
  let owner: string;
  let flowUrl: string;

  it('sees a failed flow, what failed and whose it is', async () => {
    page = await browser.open('/?status=failed&kind=queue&from=now-1h');
    const row = ownedFailure(page);
    await row.waitFor();
    expect(await row.locator('.c-status').innerText()).toBe('Failed');
    expect((await row.locator('.c-what').innerText()).length).toBeGreaterThan(3);
    expect((await row.locator('.c-owner').innerText()).trim()).not.toBe('');
    await page.locator('.groups .group').first().waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('opens it and reads the sentence, the lanes and the reasons of the joins', async () => {
    owner = await openFailedFlow(page);
    const sentence = page.locator('.headline h1');
    await sentence.waitFor();
    await page.waitForFunction(
      (name) => document.querySelector('.headline h1')?.textContent?.includes(name),
      owner,
    );
    expect(await sentence.innerText()).toMatch(/^Failed at .+: .+ — owned by .+/s);
    expect(await page.locator('.owner-name').innerText()).toContain(owner);
    await page.locator('.hop').first().waitFor();
    expect(await page.locator('.joins li').count()).toBeGreaterThan(0);
  });

  it('sees one waterfall across several traces', async () => {
    await titles(page).first().waitFor();
    expect(await titles(page).count()).toBeGreaterThan(2);
    const traces = await page
      .locator('.joins a.link[href^="/traces/"]')
      .evaluateAll((links) => [...new Set(links.map((a) => a.getAttribute('href')))].length);
    expect(traces).toBeGreaterThan(1);
    const painted = await page.locator('.wf-paint canvas').evaluate((canvas) => {
      const c = canvas as HTMLCanvasElement;
      const data = c.getContext('2d')!.getImageData(0, 0, c.width, c.height).data;
      return data.some((v, i) => i % 4 === 3 && v > 0);
    });
    expect(painted).toBe(true);
  });

  it('clicks a span and reads its attributes', async () => {
    await titles(page).first().locator('.svc').click();
    const panel = page.locator('.span-panel');
    await panel.locator('.attrs dt').first().waitFor();
    await panel.getByText('service.name', { exact: true }).waitFor();
    expect(page.url()).toMatch(/[?&]span=[0-9a-f]{16}/);
    expect(await violations(page)).toEqual([]);
    flowUrl = page.url();
  });

  it('walks the tree by keyboard', async () => {
    const tree = page.locator('[role=treegrid]');
    await tree.focus();
    await page.keyboard.press('Home');
    const first = await tree.getAttribute('aria-activedescendant');
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(
      (before) => document.querySelector('[role=treegrid]')?.getAttribute('aria-activedescendant') !== before,
      first,
    );
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowLeft');
    await page.locator('[role=treegrid] [aria-expanded=false]').first().waitFor();
  });

  it('shares the link: a reload shows the same span', async () => {
    const other = await browser.open(new URL(flowUrl).pathname + new URL(flowUrl).search);
    await other.locator('.headline h1').waitFor();
    await other.locator('.span-panel .attrs dt').first().waitFor();
    expect(await other.locator('.headline h1').innerText()).toContain(owner);
    await other.close();
  });

  it('goes back and finds the list with its filter', async () => {
    await page.goBack();
    await page.goto(`${new URL(page.url()).origin}/?status=failed&kind=queue&from=now-1h`);
    await ownedFailure(page).waitFor();
    expect(
      await page
        .getByRole('button', { name: /^Failed/ })
        .first()
        .getAttribute('aria-pressed'),
    ).toBe('true');
  });

  it('moves through the list by keyboard and searches', async () => {
    await page.keyboard.press('j');
    await page.waitForFunction(() => document.activeElement?.hasAttribute('data-row'));
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
    await page.keyboard.type('no such thing anywhere');
    await page.getByText('No flow fits these filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).last().click();
    await page.locator('.flow-row').first().waitFor();
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
  });
});

describe('someone who has a value', () => {
  it('goes from a span to others with the same value, and on to their flow', async () => {
    const page = await browser.open('/?status=failed&kind=queue&from=now-1h');
    await openFailedFlow(page);
    await titles(page).first().locator('.svc').click();
    const others = page.locator('.span-panel').getByRole('link', { name: /^Find spans with service\.name=/ });
    await others.waitFor();
    const wanted = (await others.getAttribute('aria-label'))!.replace('Find spans with ', '');
    await others.click();
    await page.waitForURL(/\/spans\?.*where=service\.name/);
    await page.locator('.found tbody tr').first().waitFor();
    expect(await page.locator('.found-matched').first().innerText()).toContain(wanted);
    expect(await violations(page)).toEqual([]);
    await page
      .locator('.found')
      .getByRole('link', { name: /^Flow of/ })
      .first()
      .click();
    await page.locator('.span-panel .attrs dt').first().waitFor();
    await page.close();
  });

  it('searches by keyboard, sees how far the search came, and what to do when there is nothing', async () => {
    const page = await browser.open('/spans');
    await page.getByRole('heading', { name: 'Find spans by what they carry' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('/');
    await page.keyboard.type('status=error');
    await page.keyboard.press('Enter');
    await page.locator('.found tbody tr .err-text').first().waitFor();
    expect(new URL(page.url()).searchParams.getAll('where')).toEqual(['status=error']);
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Attribute 2');
    await page.keyboard.type('no.such.key');
    await page.keyboard.press('Tab');
    await page.keyboard.type('x');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'No span has this' }).waitFor();
    expect(await page.locator('.search-progress').innerText()).toMatch(
      /Nothing found\. All of .+ was searched/,
    );
    expect(await violations(page)).toEqual([]);
    await page.goBack();
    await page.locator('.found tbody tr').first().waitFor();
    await page.close();
  });

  it('is told how to ask for less', async () => {
    const page = await browser.open('/spans?where=status%3Derror&from=now-7d');
    await page.getByRole('alert').getByText('longer than 24 hours').first().waitFor();
    await page.getByRole('button', { name: 'Search 24 hours' }).click();
    await page.locator('.found tbody tr').first().waitFor();
    await page.close();
    const asked = browser.complaints.filter((c) => /status of 400/.test(c));
    for (const c of asked) browser.complaints.splice(browser.complaints.indexOf(c), 1);
  });
});

describe('someone who owns things', () => {
  it('finds the teams, their failures and what nobody owns', async () => {
    const page = await browser.open('/teams');
    const team = page.locator('a.row-name').first();
    await team.waitFor();
    expect(await violations(page)).toEqual([]);
    const name = (await team.innerText()).trim();
    await page.getByRole('link', { name, exact: true }).click();
    await page.locator('.team-head h1', { hasText: name }).waitFor();
    // The team that caused most has figures, failures, hand-offs and endpoints.
    const caused = page.locator('.trend dd').nth(1);
    await caused.waitFor();
    expect(await caused.innerText()).not.toBe('0');
    expect(await page.locator('.trend path.caused').getAttribute('d')).toMatch(/^M/);
    await page.locator('.groups .group').first().waitFor();
    await page.locator('.sides .row-name').first().waitFor();
    await page.locator('section[aria-labelledby=owned-title] tbody tr').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Teams' }).first().click();
    await page.close();
  });

  it('opens the report on a team and comes back from it', async () => {
    const page = await browser.open('/teams?from=now-15m');
    await page.locator('a.row-name').first().click();
    await page.locator('.team-head h1').waitFor();
    const link = page.locator('.team-head').getByRole('link', { name: /^Report/ });
    const [report] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await report.getByRole('heading', { name: 'Ownership report' }).waitFor();
    expect(await report.locator('tbody').first().locator('tr').count()).toBeLessThanOrEqual(2); // the team, and nobody
    await report.locator('th a').first().click();
    await report.locator('.team-head h1').waitFor();
    expect(new URL(report.url()).searchParams.get('from')).toMatch(/Z$/);
    await report.close();
    await page.close();
  });

  it('reads how much is owned, takes the rule for the worst endpoint, and asks why another has its owner', async () => {
    const page = await browser.open('/ownership');
    await page.locator('.meter strong').nth(2).waitFor();
    expect(await page.locator('.meter strong').first().innerText()).toMatch(/^[<> ]*[\d.]+ %$/);
    expect(await violations(page)).toEqual([]);
    await page
      .getByRole('button', { name: /^Own it/ })
      .first()
      .click();
    const rule = page.locator('.explain-row pre').first();
    await rule.waitFor();
    expect(await rule.innerText()).toMatch(/^rules:\n( {2}# .+\n)* {2}- match: \{.+\}\n {4}owner: \S/);
    await page.getByRole('heading', { name: 'Sources', exact: true }).waitFor();
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('explain');
    await page.keyboard.type('channel-that-nothing-has');
    await page.getByText('No endpoint has').waitFor();
    await page.locator('#explain').fill('orders');
    await page.getByRole('button', { name: 'Why?' }).first().click();
    await page.locator('.explain-row .tag', { hasText: 'decided' }).first().waitFor();
    expect(page.url()).toMatch(/[?&]explain=orders/);
    const owners = page.getByRole('list', { name: 'Owners, the newest first' }).getByRole('listitem');
    await owners.first().waitFor();
    expect(await owners.last().innerText()).toContain('at first sight');
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  it('reads the hand-offs between teams and opens the flows of a pair', async () => {
    const page = await browser.open('/teams');
    await page.getByRole('link', { name: 'Hand-offs' }).click();
    const cell = page.locator('.matrix .heat a[href*="%2C"]').first();
    await cell.waitFor();
    expect(await cell.getAttribute('title')).toMatch(
      /^.+ to .+: [\d.,K]+ hand-offs? \(.+\), [\d.,K]+ failed/,
    );
    await page.getByRole('button', { name: 'Share that failed' }).click();
    await page.waitForURL(/[?&]by=failed/);
    await page.locator('.matrix .heat.bad').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await violations(page)).toEqual([]);
    await cell.focus();
    await page.keyboard.press('Enter');
    await page.locator('.flow-row').first().waitFor();
    expect(new URL(page.url()).searchParams.get('team')).toMatch(/^[^,]+,[^,]+$/);
    const chosen = page.getByRole('combobox', { name: 'Team' });
    expect(await chosen.evaluate((s) => (s as HTMLSelectElement).selectedOptions[0]?.text)).toContain(
      ' and ',
    );
    await page.close();
  });

  it('reads how Baton itself is', async () => {
    const page = await browser.open('/status');
    await page.getByRole('heading', { name: 'Parts' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});

describe('every page', () => {
  it.each(['/', '/spans', '/spans?where=status%3Derror', '/teams', '/handoffs', '/ownership', '/status'])(
    'fits a phone: %s',
    async (path) => {
      const page = await browser.open(path, { width: 390, height: 844 });
      await page.locator('main .card').first().waitFor();
      await page.locator('.bone').first().waitFor({ state: 'detached' });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
      await page.close();
    },
  );

  it('keeps its contrast in the dark', async () => {
    const page = await browser.open('/');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('.flow-row').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  it('says so when there is no such page or flow', async () => {
    const page = await browser.open('/nowhere');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.goto(`${new URL(page.url()).origin}/flows/${'f'.repeat(32)}`);
    await page.getByRole('alert').first().waitFor();
    await page.close();
    // The refusals of that flow are what this test asked for.
    const asked = browser.complaints.filter((c) => /status of 40[04]/.test(c));
    for (const c of asked) browser.complaints.splice(browser.complaints.indexOf(c), 1);
  });

  it('keeps to its policy: no error, no exception, no other host', () => {
    expect(browser.complaints).toEqual([]);
  });
});

// Writes into the folder BATON_SCREENSHOTS, so that an ordinary run leaves the work tree as it was.
it('has its pictures taken', async () => {
  const folder = resolve(process.env.BATON_SCREENSHOTS ?? (await mkdtemp(join(tmpdir(), 'baton-shots-'))));
  const page = await browser.open('/?from=now-1h');
  await page.emulateMedia({ colorScheme: 'light' });
  await ownedFailure(page).waitFor();
  await page.locator('.groups .group').first().waitFor();
  await page.screenshot({ path: join(folder, 'screenshot-flows.png') });
  // A flow that went through a queue has several traces, which is what the picture should show.
  await page.goto(`${new URL(page.url()).origin}/?status=failed&kind=queue&from=now-1h`);
  await openFailedFlow(page);
  await titles(page).first().waitFor();
  await page.locator('.owner-name').waitFor();
  const picture = await page.screenshot({ path: join(folder, 'screenshot.png') });
  expect(picture.length).toBeGreaterThan(20_000);
  await page.close();
});
