import { describe, expect, it } from 'vitest';
import type { Handoff } from '../src/data/api.ts';
import { heat, matrix, readMeasure, share } from '../src/handoffs/matrix.ts';

const handoff = (
  from: string | null,
  to: string | null,
  count: number,
  more: Partial<Handoff> = {},
): Handoff => ({
  from_team: from,
  from_name: '',
  to_team: to,
  to_name: '',
  count,
  failed: 0,
  kinds: ['api'],
  wait_count: 0,
  wait_p50_ns: 0,
  wait_p95_ns: 0,
  wait_max_ns: 0,
  ...more,
});

describe('matrix', () => {
  const list = [
    handoff('a', 'b', 5),
    handoff('c', 'b', 9),
    handoff('a', 'd', 6),
    handoff(null, 'd', 99),
    handoff('c', null, 1),
  ];
  const m = matrix(list);
  it('puts those that hand over most first, and nobody last', () => {
    expect(m.from).toEqual(['a', 'c', '']);
    expect(m.to).toEqual(['d', 'b', '']);
  });
  it('finds cells by both sides, nobody included', () => {
    expect(m.cell('a', 'b')?.count).toBe(5);
    expect(m.cell('b', 'a')).toBeUndefined();
    expect(m.cell('', 'd')?.count).toBe(99);
    expect(m.cell('c', '')?.count).toBe(1);
  });
  it('is empty without hand-offs', () => {
    expect(matrix([]).from).toEqual([]);
  });
});

describe('heat', () => {
  const list = [
    handoff('a', 'b', 400, { failed: 4, wait_count: 1, wait_p50_ns: 1e6 }),
    handoff('a', 'c', 100, { failed: 10, wait_count: 1, wait_p50_ns: 1e9 }),
    handoff('a', 'd', 100),
  ];
  it.each([
    ['counts by their roots', 'count', [1, 0.5, 0.5]],
    ['shares as they are', 'failed', [0.1, 1, 0]],
    ['waits by their logarithms, none where it is not known', 'wait', [0.1, 1, 0]],
  ] as const)('compares %s', (_, by, want) => {
    expect(list.map((h) => heat(h, by, list))).toEqual(want.map((w) => expect.closeTo(w, 6)));
  });
  it('is full for a single wait', () => {
    expect(heat(list[0]!, 'wait', [list[0]!])).toBe(1);
  });
});

it.each([
  [0, '0 %'],
  [0.0001, '< 0.1 %'],
  [0.0123, '1.2 %'],
  [0.5, '50 %'],
])('writes a share of %s as %s', (part, want) => {
  expect(share(part)).toBe(want);
});

it('takes an unknown measure for how often', () => {
  expect([readMeasure('wait'), readMeasure('colour'), readMeasure(null)]).toEqual(['wait', 'count', 'count']);
});
