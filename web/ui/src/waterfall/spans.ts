import type { SpanTable } from '../data/api.ts';

export const flag = {
  orphan: 1,
  joined: 2,
  critical: 4,
  shared: 8,
  culprit: 16,
  cycle: 32,
  repaired: 64,
} as const;

export const kinds = ['internal', 'api', 'event', 'queue', 'workflow', 'db'] as const;
export const spanKinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** Spans as columns, in the order in which they are shown. Times are nanoseconds after `startMs`. */
export interface Spans {
  n: number;
  /** How many there are on the server; more than n when it sent only the first ones. */
  count: number;
  startMs: number;
  total: number;
  traces: string[];
  services: string[];
  names: string[];
  teams: { id: string; name: string }[];
  /** Span ids of 16 digits one after the other; see idOf. */
  ids: string;
  trace: Int32Array;
  parent: Int32Array;
  depth: Int32Array;
  end: Int32Array;
  start: Float64Array;
  duration: Float64Array;
  service: Int32Array;
  name: Int32Array;
  kind: Uint8Array;
  spanKind: Uint8Array;
  status: Uint8Array;
  team: Int32Array;
  flags: Uint16Array;
}

/** The parent of a row is the nearest row above it that is one level up; -1 for a root. */
function parentsOf(depth: number[]): Int32Array {
  const open: number[] = [];
  return Int32Array.from(depth, (d, row) => {
    open[d] = row;
    return d === 0 ? -1 : (open[d - 1] ?? -1);
  });
}

/** decode turns the answer into typed arrays once; everything after this works on them without allocating. */
export function decode(t: SpanTable): Spans {
  const c = t.columns;
  const n = c.depth.length;
  for (const [name, column] of Object.entries(c)) {
    if (column.length !== (name === 'span_ids' ? 16 * n : n))
      throw new Error(`column ${name} has ${column.length} rows instead of ${n}`);
  }
  return {
    n,
    count: t.span_count,
    startMs: Date.parse(t.start),
    total: Math.max(1, t.duration_ns),
    traces: t.traces,
    services: t.services,
    names: t.names,
    teams: t.teams,
    ids: c.span_ids,
    trace: new Int32Array(c.trace),
    parent: parentsOf(c.depth),
    depth: new Int32Array(c.depth),
    end: Int32Array.from(c.descendants, (below, row) => Math.min(n, row + 1 + Math.max(0, below))),
    start: new Float64Array(c.start_ns),
    duration: new Float64Array(c.duration_ns),
    service: new Int32Array(c.service),
    name: new Int32Array(c.name),
    kind: new Uint8Array(c.kind),
    spanKind: new Uint8Array(c.span_kind),
    status: new Uint8Array(c.status),
    team: new Int32Array(c.team),
    flags: new Uint16Array(c.flags),
  };
}

export const has = (s: Spans, row: number, f: number) => (s.flags[row]! & f) !== 0;

/** The first row of a trace: a root, or the span that continues another trace. */
export const opensTrace = (s: Spans, row: number) => {
  const parent = s.parent[row]!;
  return parent < 0 || s.trace[parent] !== s.trace[row];
};

/** The row of the culprit, or of the first error when the judge named none; -1 without any. */
export function culpritRow(s: Spans): number {
  let error = -1;
  for (let i = 0; i < s.n; i++) {
    if (has(s, i, flag.culprit)) return i;
    if (error < 0 && s.status[i] === 2) error = i;
  }
  return error;
}

export const idOf = (s: Spans, row: number) => s.ids.slice(16 * row, 16 * row + 16);

/** Names a span in an address. Zipkin gives both sides of a call one id, so the kind is part of it. */
export const spanKey = (s: Spans, row: number) => `${idOf(s, row)}.${s.spanKind[row]}`;

/** The row of a key, or of the same id with another kind; -1 when there is none. */
export function rowOf(s: Spans, key: string): number {
  const [id = '', kind] = key.split('.');
  if (id.length !== 16) return -1;
  let other = -1;
  for (let at = s.ids.indexOf(id); at >= 0; at = s.ids.indexOf(id, at + 1)) {
    if (at % 16 !== 0) continue;
    if (kind === undefined || Number(kind) === s.spanKind[at / 16]) return at / 16;
    other = at / 16;
  }
  return other;
}
