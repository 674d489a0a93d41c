import { describe, expect, it } from 'vitest';
import { type FoundSpan, type FoundSpans, Problem, type SpanQuery } from '../src/data/api.ts';
import { SpanSearch } from '../src/spans/spanSearch.ts';
import { condition, entered, format, others, readWhere, withWhere } from '../src/spans/where.ts';

describe('conditions', () => {
  it('come out of the address as they went in', () => {
    const conditions = [
      { key: 'order.id', value: 'A=B & C' },
      { key: 'empty', value: '' },
    ];
    const url = withWhere('/spans?from=now-6h&where=old=1', conditions);
    expect(readWhere(new URLSearchParams(url.split('?')[1]))).toEqual(conditions);
    expect(url).toContain('from=now-6h');
    expect(withWhere('/spans?where=a=1', [])).toBe('/spans');
  });
  it('are what the form holds, but for empty lines', () => {
    const lines = [
      { key: ' order.id ', value: ' kept ' },
      { key: 'a=b=c', value: '' },
      { key: '', value: 'x' },
    ];
    expect(entered(lines).map(format)).toEqual(['order.id= kept ', 'a=b=c']);
    expect(entered(lines)[1]).toEqual({ key: 'a', value: 'b=c' });
  });
  it.each([
    ['string', 'x', 'k=x'],
    ['int', '42', 'k=42'],
    ['double', 0.1, 'k=0.1'],
    ['double', 'Infinity', 'k=Infinity'],
    ['bool', false, 'k=false'],
    ['bytes', 'AAH/', 'k=AAH/'],
    ['string', 'x'.repeat(1025), null],
    ['array', [], null],
    ['map', [], null],
    ['empty', null, null],
  ])('can be made of a %s %s', (type, value, want) => {
    const c = condition({ key: 'k', type, value } as never);
    expect(c && format(c)).toBe(want);
  });
  it('cannot be made of a key with =', () => {
    expect(condition({ key: 'a=b', type: 'string', value: 'x' } as never)).toBeNull();
  });
});

describe('others like it', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const c = { key: 'order.id', value: 'ORD-1' };
  it('are looked for in the last hour', () => {
    expect(others(c, '2026-11-22T11:30:00.000000000Z', now)).toBe('/spans?where=order.id%3DORD-1');
  });
  it.each(['2026-11-20T08:00:00.000000000Z', '2026-11-22T11:00:30Z', '2026-11-22T13:00:00Z'])(
    'are looked for around a span of %s',
    (start) => {
      const query = new URLSearchParams(others(c, start, now).split('?')[1]);
      expect(Date.parse(query.get('from')!)).toBe(Date.parse(start) - 1_800_000);
      expect(Date.parse(query.get('to')!)).toBe(Date.parse(start) + 1_800_000);
    },
  );
});

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 11, minute)).toISOString();
const found = (id: string): FoundSpan => ({ trace_id: 't', span_id: id, span_kind: 'server' }) as FoundSpan;

/** A server that comes ten minutes of an hour far on each page. */
function server(spansOf: (page: number) => FoundSpan[]) {
  const calls: SpanQuery[] = [];
  const fetch = async (query: SpanQuery, signal: AbortSignal): Promise<FoundSpans> => {
    signal.throwIfAborted();
    calls.push(query);
    const page = Number(query.cursor ?? 0);
    const complete = page === 5;
    return {
      spans: spansOf(page),
      from: at(0),
      to: at(60),
      searched_from: at(50 - 10 * page),
      complete,
      next_cursor: complete ? null : String(page + 1),
    };
  };
  return { calls, fetch };
}

const ids = (s: SpanSearch) => s.rows.value.map((r) => r.span_id).join('');

describe('a search', () => {
  it('goes on by itself to the end of the window', async () => {
    const s = server((page) => (page === 2 ? [found('a')] : page === 5 ? [found('a'), found('b')] : []));
    const search = new SpanSearch(s.fetch);
    await search.open({ where: ['k=v'] });
    expect(s.calls.map((c) => c.cursor)).toEqual([undefined, '1', '2', '3', '4', '5']);
    expect(ids(search)).toBe('ab');
    expect(search.complete.value).toBe(true);
    expect(search.share.value).toBe(1);
    expect(search.searching.value).toBe(false);
  });

  it('rests when it has enough, and goes on when asked', async () => {
    const s = server((page) => Array.from({ length: 60 }, (_, i) => found(`${page}-${i}`)));
    const search = new SpanSearch(s.fetch);
    await search.open({ where: ['k=v'] });
    expect(search.rows.value.length).toBe(120);
    expect(search.complete.value).toBe(false);
    expect(search.share.value).toBeCloseTo(2 / 6);
    await search.more();
    expect(search.rows.value.length).toBe(240);
  });

  it('stops when told, keeps what it has, and can go on', async () => {
    const search: SpanSearch = new SpanSearch(async (query, signal) => {
      if (query.cursor === '2' && search.searching.value && !stopped) {
        stopped = true;
        search.stop();
      }
      return s.fetch(query, signal);
    });
    let stopped = false;
    const s = server((page) => [found(String(page))]);
    await search.open({ where: ['k=v'] });
    expect(ids(search)).toBe('01');
    expect(search.searching.value).toBe(false);
    expect(search.problem.value).toBeNull();
    await search.more();
    expect(ids(search)).toBe('012345');
  });

  it('tells of a refusal and keeps what it has', async () => {
    const s = server(() => [found('a')]);
    const search = new SpanSearch((query, signal) => {
      if (query.cursor === '1') throw new Problem(504, 'too slow', 'narrow the window');
      return s.fetch(query, signal);
    });
    await search.open({ where: ['k=v'] });
    expect(search.problem.value?.status).toBe(504);
    expect(ids(search)).toBe('a');
    expect(search.searching.value).toBe(false);
  });

  it('asks nothing for no conditions, and drops what another search finds', async () => {
    const s = server(() => [found('a')]);
    const search = new SpanSearch(s.fetch);
    await search.open(null);
    expect(s.calls).toEqual([]);
    const first = search.open({ where: ['k=1'] });
    await search.open(null);
    await first;
    expect(search.rows.value).toEqual([]);
  });
});
