import { describe, expect, it } from 'vitest';
import { type Flow, type FlowList as Page, Problem } from '../src/data/api.ts';
import { FlowList, mergeFresh, updateInPlace } from '../src/flows/flowList.ts';

const flow = (id: string, revision = 1): Flow => ({ id, revision }) as Flow;
const ids = (rows: Flow[]) => rows.map((f) => `${f.id}${f.revision}`).join(' ');
const page = (rows: Flow[], next_cursor: string | null = null): Page => ({ flows: rows, next_cursor });

describe('merging', () => {
  it('puts the fresh page first and keeps what was loaded below', () => {
    expect(ids(mergeFresh([flow('a'), flow('b'), flow('z')], [flow('n'), flow('b', 2)]))).toBe('n1 b2 a1 z1');
  });
  it('updates rows in place and only counts new ones', () => {
    const { rows, added } = updateInPlace(
      [flow('a', 2), flow('b', 5)],
      [flow('n'), flow('a', 3), flow('b', 4)],
    );
    expect(ids(rows)).toBe('a3 b5');
    expect(added).toBe(1);
  });
});

/** A server whose pages the test changes as it goes. */
function server(pages: Record<string, Page>) {
  const calls: string[] = [];
  return {
    calls,
    pages,
    fetch: async (query: { cursor?: string }) => {
      calls.push(query.cursor ?? 'first');
      const found = pages[query.cursor ?? 'first'];
      if (!found) throw new Problem(503, 'away', 'later');
      return found;
    },
  };
}

describe('FlowList', () => {
  it('pages to the end', async () => {
    const s = server({ first: page([flow('a')], 'c2'), c2: page([flow('a'), flow('b')]) });
    const list = new FlowList(s.fetch);
    await list.open({});
    expect(list.complete.value).toBe(false);
    await list.more();
    expect(ids(list.rows.value)).toBe('a1 b1');
    expect(list.complete.value).toBe(true);
    await list.more();
    expect(s.calls).toEqual(['first', 'c2']);
  });

  it('holds new rows back while someone reads, and shows them on request', async () => {
    const s = server({ first: page([flow('a')]) });
    const list = new FlowList(s.fetch);
    await list.open({});
    s.pages.first = page([flow('n'), flow('a', 2)]);
    await list.refresh(true);
    expect(ids(list.rows.value)).toBe('a2');
    expect(list.waiting.value).toBe(1);
    list.release();
    expect(ids(list.rows.value)).toBe('n1 a2');
    expect(list.waiting.value).toBe(0);
  });

  it('keeps its rows when a refresh fails', async () => {
    const s = server({ first: page([flow('a')]) });
    const list = new FlowList(s.fetch);
    await list.open({});
    delete s.pages.first;
    await list.refresh(false);
    expect(ids(list.rows.value)).toBe('a1');
    expect(list.problem.value).toBeNull();
  });

  it('tells why the first page is missing, and recovers', async () => {
    const s = server({});
    const list = new FlowList(s.fetch);
    await list.open({ q: 'x' });
    expect(list.problem.value?.status).toBe(503);
    s.pages.first = page([flow('a')]);
    await list.open({ q: 'x' }, true);
    expect(list.problem.value).toBeNull();
    expect(ids(list.rows.value)).toBe('a1');
  });

  it('drops the answer to filters that were left', async () => {
    let free: (() => void) | undefined;
    const list = new FlowList(async (query, signal) => {
      if (query.q === 'slow') await new Promise<void>((done) => (free = done));
      signal.throwIfAborted();
      return page([flow(query.q ?? '')]);
    });
    const slow = list.open({ q: 'slow' });
    await list.open({ q: 'fast' });
    free?.();
    await slow;
    expect(ids(list.rows.value)).toBe('fast1');
    expect(list.loading.value).toBe(false);
  });
});
