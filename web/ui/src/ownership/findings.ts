import type { OwnerProblem, Share, Unowned } from '../data/api.ts';

/** percent never rounds up to 100 % or down to 0 %: one endpoint without an owner among thousands is still one. */
export function percent({ owned, total }: Pick<Share, 'owned' | 'total'>): string {
  if (total === 0) return '–';
  if (owned === total) return '100 %';
  const exact = (owned / total) * 100;
  if (exact > 99.9) return '> 99.9 %';
  if (exact > 0 && exact < 0.1) return '< 0.1 %';
  return `${exact >= 99 || exact < 1 ? (Math.floor(exact * 10) / 10).toFixed(1) : Math.floor(exact)} %`;
}

/** One block to paste: every rule once, those with a proposed owner in front, because they need no thought. */
export function rulesToPaste(list: Unowned[]): string {
  const wanted = list.filter((u) => !u.on_purpose);
  const ready = wanted.filter((u) => u.proposal).map((u) => u.rule);
  const open = wanted.filter((u) => !u.proposal).map((u) => u.rule);
  return `rules:\n${[...new Set([...ready, ...open])].join('\n')}`;
}

/** where is file:line:column as editors understand it, without the parts that are not known. */
export function where(p: Pick<OwnerProblem, 'file' | 'line'> & { column?: number }): string {
  return [p.file, p.line, p.line ? p.column : 0].filter(Boolean).join(':');
}

/** The end of a path is what tells files apart. */
export const fileName = (path: string) => path.split('/').pop() || path;
