import type { Handoff } from '../data/api.ts';

/** What a cell shows, and what its colour means. */
export type Measure = 'count' | 'failed' | 'wait';

export const measures: [Measure, string][] = [
  ['count', 'How often'],
  ['failed', 'Share that failed'],
  ['wait', 'Wait'],
];

export const readMeasure = (text: string | null): Measure =>
  measures.find(([m]) => m === text)?.[0] ?? 'count';

export interface Matrix {
  /** Team ids down the side and along the top, those that hand over most first; '' is nobody and comes last. */
  from: string[];
  to: string[];
  cell: (from: string, to: string) => Handoff | undefined;
}

export function matrix(list: Handoff[]): Matrix {
  const cells = new Map(list.map((h) => [`${h.from_team ?? ''}\n${h.to_team ?? ''}`, h]));
  const order = (side: (h: Handoff) => string | null) => {
    const sums = new Map<string, number>();
    for (const h of list) sums.set(side(h) ?? '', (sums.get(side(h) ?? '') ?? 0) + h.count);
    return [...sums]
      .sort(([a, n], [b, m]) => Number(a === '') - Number(b === '') || m - n || (a < b ? -1 : 1))
      .map(([id]) => id);
  };
  return {
    from: order((h) => h.from_team),
    to: order((h) => h.to_team),
    cell: (from, to) => cells.get(`${from}\n${to}`),
  };
}

export const failedShare = (h: Handoff) => (h.count > 0 ? h.failed / h.count : 0);

/** The measure as a number; -1 where it is not known. */
export function value(h: Handoff, by: Measure): number {
  if (by === 'count') return h.count;
  if (by === 'failed') return failedShare(h);
  return h.wait_count > 0 ? h.wait_p50_ns : -1;
}

/**
 * How strong the colour of a cell is, 0 to 1, against the strongest. Waits differ by powers of ten, so they are compared
 * by their logarithms, and counts by their roots; shares are compared as they are: twice the share is twice as bad.
 */
export function heat(h: Handoff, by: Measure, list: Handoff[]): number {
  const v = value(h, by);
  if (v <= 0) return 0;
  const all = list.map((x) => value(x, by)).filter((x) => x > 0);
  const most = Math.max(...all);
  if (by === 'failed') return v / most;
  if (by === 'count') return Math.sqrt(v / most);
  const least = Math.min(...all);
  return most === least ? 1 : 0.1 + (0.9 * Math.log(v / least)) / Math.log(most / least);
}

/** A share in percent, never rounded down to nothing. */
export function share(part: number): string {
  if (part === 0) return '0 %';
  const percent = part * 100;
  return percent < 0.1 ? '< 0.1 %' : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}
