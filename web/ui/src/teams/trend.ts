import type { TeamFigures } from '../data/api.ts';

/**
 * Two rows of bars in a box of (buckets x 100): what the team caused stands on the middle line, what it suffered hangs
 * from it, both on one scale. Anything above zero is at least `least` high, for one failure is what the reader looks for.
 */
export function trendPaths({ caused, suffered }: TeamFigures['trend'], least = 5) {
  const most = Math.max(1, ...caused, ...suffered);
  const bars = (counts: number[], up: boolean) =>
    counts
      .map((n, i) => {
        if (n <= 0) return '';
        const height = Math.max(least, (n / most) * 49);
        return `M${i + 0.08} ${up ? 49 : 51}h.84v${(up ? -height : height).toFixed(2)}h-.84z`;
      })
      .join('');
  return { caused: bars(caused, true), suffered: bars(suffered, false), most };
}

/** The start of a bucket, in ms. */
export const bucketStart = (f: Pick<TeamFigures, 'from' | 'step_ns'>, bucket: number) =>
  Date.parse(f.from) + (bucket * f.step_ns) / 1e6;
