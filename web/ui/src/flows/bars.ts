import type { Histogram } from '../data/api.ts';
import { verdicts } from '../parts/words.ts';

export interface Layer {
  status: string;
  path: string;
}

/** From the ground up: what needs a person stands at the bottom, where heights compare best. */
const rank = (status: string) => {
  const i = (verdicts as readonly string[]).indexOf(status);
  return i < 0 ? verdicts.length : i;
};

export const bucketCount = (h: Histogram) => Math.max(0, ...h.series.map((s) => s.counts.length));

export function totals(h: Histogram): number[] {
  const sums = new Array<number>(bucketCount(h)).fill(0);
  for (const s of h.series) for (const [i, c] of s.counts.entries()) sums[i] = sums[i]! + c;
  return sums;
}

/**
 * Stacked bars as one path a status, in a box of (buckets x 100). A count above zero is at least `least` high, for a
 * single failure among ten thousand completed flows is what the reader looks for.
 */
export function layers(h: Histogram, least = 5): Layer[] {
  const most = Math.max(1, ...totals(h));
  const floor = new Array<number>(bucketCount(h)).fill(0);
  const ordered = [...h.series].sort((a, b) => rank(a.status) - rank(b.status));
  return ordered.map(({ status, counts }) => {
    let path = '';
    counts.forEach((c, i) => {
      if (c <= 0) return;
      const y = floor[i]!;
      const height = Math.min(100 - y, Math.max(least, (c / most) * 100));
      floor[i] = y + height;
      path += `M${i + 0.08} ${(100 - y).toFixed(2)}h.84v${(-height).toFixed(2)}h-.84z`;
    });
    return { status, path };
  });
}

/** What one bucket holds, in words. */
export function describe(
  h: Histogram,
  bucket: number,
): { from: number; to: number; parts: [string, number][] } {
  const from = Date.parse(h.from) + (bucket * h.step_ns) / 1e6;
  const parts = h.series
    .map((s): [string, number] => [s.status, s.counts[bucket] ?? 0])
    .filter(([, n]) => n > 0)
    .sort((a, b) => rank(a[0]) - rank(b[0]));
  return { from, to: from + h.step_ns / 1e6, parts };
}
