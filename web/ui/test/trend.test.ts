import { expect, it } from 'vitest';
import { bucketStart, trendPaths } from '../src/teams/trend.ts';

it('stands what was caused on the line and hangs what was suffered from it, on one scale', () => {
  const t = trendPaths({ flows: [9, 9, 9], caused: [0, 1, 100], suffered: [50, 0, 0] });
  expect(t.most).toBe(100);
  expect(t.caused).toBe('M1.08 49h.84v-5.00h-.84zM2.08 49h.84v-49.00h-.84z');
  expect(t.suffered).toBe('M0.08 51h.84v24.50h-.84z');
});

it('draws nothing of nothing', () => {
  expect(trendPaths({ flows: [], caused: [], suffered: [0] })).toEqual({ caused: '', suffered: '', most: 1 });
});

it('knows when a bucket begins', () => {
  expect(bucketStart({ from: '2026-11-22T12:00:00Z', step_ns: 60e9 }, 2)).toBe(
    Date.parse('2026-11-22T12:02:00Z'),
  );
});
