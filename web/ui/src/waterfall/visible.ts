import { idOf, type Spans } from './spans.ts';

export interface Sieve {
  /** Lower-case text that the service, the name or the id must hold. */
  text: string;
  errors: boolean;
}

/** Marks the rows that fit, by looking at each name and service once and at each row once. */
export function matches(s: Spans, sieve: Sieve): Uint8Array | null {
  const text = sieve.text.trim().toLowerCase();
  if (!text && !sieve.errors) return null;
  const isId = text.length === 16;
  const service = s.services.map((name) => name.toLowerCase().includes(text));
  const name = s.names.map((n) => n.toLowerCase().includes(text));
  const out = new Uint8Array(s.n);
  for (let i = 0; i < s.n; i++) {
    if (sieve.errors && s.status[i] !== 2) continue;
    if (text && !service[s.service[i]!] && !name[s.name[i]!] && !(isId && idOf(s, i) === text)) continue;
    out[i] = 1;
  }
  return out;
}

export const countOf = (marks: Uint8Array) => marks.reduce((n, m) => n + m, 0);

/**
 * The rows that are shown, in order. A row that fits brings its ancestors, because an error without the way to it
 * explains nothing; a folded row hides its subtree, except while a sieve is on.
 */
export function visibleRows(s: Spans, folded: Uint8Array, fit: Uint8Array | null): Int32Array {
  const out = new Int32Array(s.n);
  let k = 0;
  if (fit) {
    const keep = fit.slice();
    // Parents come before their children, so one pass backwards reaches every ancestor.
    for (let i = s.n - 1; i >= 0; i--) {
      const parent = s.parent[i]!;
      if (keep[i] && parent >= 0) keep[parent] = 1;
    }
    for (let i = 0; i < s.n; i++) if (keep[i]) out[k++] = i;
    return out.subarray(0, k);
  }
  for (let i = 0; i < s.n; ) {
    out[k++] = i;
    i = folded[i] ? Math.max(i + 1, s.end[i]!) : i + 1;
  }
  return out.subarray(0, k);
}

/** Position of a span row among the shown ones, or of the nearest one before it. The rows ascend. */
export function positionOf(rows: Int32Array, row: number): number {
  let lo = 0;
  let hi = rows.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if (rows[mid]! <= row) lo = mid;
    else hi = mid - 1;
  }
  return lo;
}

/** Unfolds every ancestor of a row, so that it can be shown. Says whether anything changed. */
export function reveal(s: Spans, folded: Uint8Array, row: number): boolean {
  let changed = false;
  for (let p = s.parent[row]!; p >= 0; p = s.parent[p]!) {
    if (folded[p]) {
      folded[p] = 0;
      changed = true;
    }
  }
  return changed;
}

/** What a large flow looks like at first: folded below a depth at which it fits, except around the culprit. */
export function firstFolds(s: Spans, culprit: number, limit = 400): Uint8Array {
  const folded = new Uint8Array(s.n);
  if (s.n <= limit) return folded;
  const atDepth = new Map<number, number>();
  for (let i = 0; i < s.n; i++) atDepth.set(s.depth[i]!, (atDepth.get(s.depth[i]!) ?? 0) + 1);
  let depth = 0;
  for (let sum = atDepth.get(0) ?? 0; sum <= limit; depth++) sum += atDepth.get(depth + 1) ?? s.n;
  depth = Math.max(1, depth);
  for (let i = 0; i < s.n; i++)
    if (s.depth[i]! >= depth - 1 && s.end[i]! > i + 1 && s.depth[i]! > 0) folded[i] = 1;
  if (culprit >= 0) reveal(s, folded, culprit);
  return folded;
}
