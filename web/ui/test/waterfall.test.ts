import { describe, expect, it } from 'vitest';
import { flow } from '../dev/estate.ts';
import { largeTable, spansOf } from '../dev/spans.ts';
import type { SpanTable } from '../src/data/api.ts';
import { culpritRow, decode, flag, opensTrace, rowOf, spanKey } from '../src/waterfall/spans.ts';
import { rowHeight, Waterfall } from '../src/waterfall/state.ts';
import { firstFolds, matches, positionOf, reveal, visibleRows } from '../src/waterfall/visible.ts';

const id = (row: number) => String(row).padStart(16, '0');

/** A table from rows of [depth, trace, error]. */
function table(rows: [depth: number, trace?: number, status?: number, flags?: number][]): SpanTable {
  const descendants = rows.map(([depth], i) => {
    const next = rows.findIndex(([d], j) => j > i && d <= depth);
    return (next < 0 ? rows.length : next) - i - 1;
  });
  const zero = () => rows.map(() => 0);
  return {
    flow_id: 'f',
    start: '2026-11-22T11:30:00.000000000Z',
    duration_ns: 1000,
    span_count: rows.length,
    truncated: false,
    clocks: [],
    traces: ['t0', 't1'],
    services: ['orders', 'payments'],
    names: ['GET /', 'charge'],
    endpoints: [],
    teams: [],
    columns: {
      span_ids: rows.map((_, i) => id(i)).join(''),
      trace: rows.map((r) => r[1] ?? 0),
      depth: rows.map((r) => r[0]),
      descendants,
      start_ns: rows.map((_, i) => i * 10),
      duration_ns: rows.map(() => 100),
      service: rows.map((_, i) => i % 2),
      name: rows.map((_, i) => i % 2),
      kind: zero(),
      span_kind: rows.map(() => 2),
      status: rows.map((r) => r[2] ?? 0),
      endpoint: zero(),
      team: rows.map(() => -1),
      flags: rows.map((r) => r[3] ?? 0),
    },
  };
}

//        0      1     2     3          4          5
const small = () => decode(table([[0], [1], [2], [2, 0, 2], [1, 1, 2, flag.culprit], [0]]));
const shown = (rows: Int32Array) => [...rows].join(' ');

describe('decode', () => {
  it('refuses columns of different lengths', () => {
    const t = table([[0], [1]]);
    t.columns.trace.pop();
    expect(() => decode(t)).toThrow('column trace has 1 rows instead of 2');
  });
  it('keeps large nanoseconds exact', () => {
    const t = table([[0]]);
    t.columns.start_ns = [9_007_199_254_740_991];
    expect(decode(t).start[0]).toBe(9_007_199_254_740_991);
  });
});

describe('visible rows', () => {
  it('are all rows at first', () =>
    expect(shown(visibleRows(small(), new Uint8Array(6), null))).toBe('0 1 2 3 4 5'));
  it('leave out the subtree of a folded row', () => {
    expect(shown(visibleRows(small(), Uint8Array.of(0, 1, 0, 0, 0, 0), null))).toBe('0 1 4 5');
    expect(shown(visibleRows(small(), Uint8Array.of(1, 0, 0, 0, 0, 0), null))).toBe('0 5');
  });
  it('bring the way to every match, even through folds', () => {
    const s = small();
    const fit = matches(s, { text: '', errors: true });
    expect(shown(visibleRows(s, Uint8Array.of(1, 1, 0, 0, 0, 0), fit))).toBe('0 1 3 4');
  });
  it('are found by service, name and id, without regard to case', () => {
    const s = small();
    expect([...matches(s, { text: 'PAY', errors: false })!]).toEqual([0, 1, 0, 1, 0, 1]);
    expect([...matches(s, { text: 'get', errors: false })!]).toEqual([1, 0, 1, 0, 1, 0]);
    expect([...matches(s, { text: id(4), errors: false })!]).toEqual([0, 0, 0, 0, 1, 0]);
    expect(matches(s, { text: ' ', errors: false })).toBeNull();
  });
  it('survive a subtree of an impossible size', () => {
    const t = table([[0], [0]]);
    t.columns.descendants = [-5, 99];
    expect(shown(visibleRows(decode(t), Uint8Array.of(1, 1), null))).toBe('0 1');
  });
  it('are found again by position', () => {
    const rows = Int32Array.of(0, 3, 7, 9);
    expect([0, 3, 5, 9, 20].map((r) => positionOf(rows, r))).toEqual([0, 1, 1, 3, 3]);
  });
});

describe('the culprit', () => {
  it('is the flagged span, else the first error', () => {
    expect(culpritRow(small())).toBe(4);
    expect(culpritRow(decode(table([[0], [1, 0, 2], [1, 0, 2]])))).toBe(1);
    expect(culpritRow(decode(table([[0]])))).toBe(-1);
  });
  it('is revealed through every fold above it', () => {
    const folded = Uint8Array.of(1, 1, 0, 0, 0, 0);
    expect(reveal(small(), folded, 3)).toBe(true);
    expect([...folded]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(reveal(small(), folded, 3)).toBe(false);
  });
});

it('marks where a trace opens', () => {
  const s = small();
  expect([0, 1, 4, 5].map((r) => opensTrace(s, r))).toEqual([true, false, true, true]);
});

it('names a span so that both sides of a shared id are found', () => {
  const t = table([[0], [1]]);
  t.columns.span_ids = id(7) + id(7);
  t.columns.span_kind = [3, 2];
  const s = decode(t);
  expect([rowOf(s, spanKey(s, 0)), rowOf(s, spanKey(s, 1)), rowOf(s, id(7)), rowOf(s, 'y.1')]).toEqual([
    0, 1, 0, -1,
  ]);
});

describe('a waterfall', () => {
  it('moves, folds and follows', () => {
    const wf = new Waterfall(small());
    wf.height.value = 2 * rowHeight;
    expect(wf.step(2)).toBe(2);
    wf.fold(1, true);
    expect(shown(wf.rows.value)).toBe('0 1 4 5');
    wf.go(3);
    expect(shown(wf.rows.value)).toBe('0 1 2 3 4 5');
    expect(wf.scrollFor(5)).not.toBeNull();
    expect(wf.scrollFor(0)).toBeNull();
    expect(wf.step(-99)).toBe(0);
  });
  it('leaves a search that would hide the row it goes to', () => {
    const wf = new Waterfall(small());
    wf.errors.value = true;
    wf.go(2);
    expect(wf.errors.value).toBe(false);
    expect(wf.active.value).toBe(2);
  });
  it('keeps the reader’s place when spans arrive late', () => {
    const old = new Waterfall(small());
    old.fold(1, true);
    old.go(5);
    old.text.value = 'orders';
    const t = table([[0], [1], [2], [2, 0, 2], [1, 1, 2, flag.culprit], [0], [1]]);
    const next = new Waterfall(decode(t));
    next.carryFrom(old);
    expect(next.folded.value[1]).toBe(1);
    expect(next.active.value).toBe(5);
    expect(next.text.value).toBe('orders');
  });
  it('zooms to a span and back', () => {
    const wf = new Waterfall(small());
    wf.zoomTo(1);
    expect(wf.zoomed).toBe(true);
    wf.zoomTo(1);
    expect(wf.zoomed).toBe(false);
  });
});

describe('a flow of 50,000 spans', () => {
  const big = decode(largeTable(flow(1, 0)));
  it('opens folded, with the way to the culprit', () => {
    const culprit = culpritRow(big);
    const rows = visibleRows(big, firstFolds(big, culprit), null);
    expect(big.n).toBe(50_000);
    expect(rows.length).toBeLessThan(3000);
    expect(rows[positionOf(rows, culprit)]).toBe(culprit);
  });
});

it('reads a flow of the fixtures', () => {
  const s = decode(spansOf(flow(4, 0), 4));
  for (let i = 0; i < s.n; i++) {
    expect(s.parent[i]).toBeLessThan(i);
    expect(s.end[i]).toBeGreaterThan(i);
  }
});
