import type { components } from '../src/api.gen.ts';
import { type Flow, hex, iso, random, steps, teams } from './estate.ts';

type Schemas = components['schemas'];
type Table = Schemas['SpanTable'];

class Dictionary<T> {
  readonly list: T[] = [];
  readonly #seen = new Map<string, number>();
  add(key: string, value: T): number {
    const at = this.#seen.get(key);
    if (at !== undefined) return at;
    this.#seen.set(key, this.list.length);
    return this.list.push(value) - 1;
  }
}

const kindCode = { internal: 0, api: 1, event: 2, queue: 3, workflow: 4, db: 5 } as const;

interface Span {
  id: string;
  trace: string;
  service: string;
  name: string;
  kind: keyof typeof kindCode;
  spanKind: number;
  status: number;
  team: string | null;
  start: number;
  duration: number;
  hop: string;
  flags: number;
  children: Span[];
}

/** Writes a tree in pre-order, as the server does. */
function table(roots: Span[], flowId: string | null, startMs: number): Table {
  const traces = new Dictionary<string>();
  const services = new Dictionary<string>();
  const names = new Dictionary<string>();
  const owners = new Dictionary<Schemas['TeamRef']>();
  const ids: string[] = [];
  const c: Record<Exclude<keyof Schemas['SpanColumns'], 'span_ids'>, unknown[]> = {
    trace: [],
    depth: [],
    descendants: [],
    start_ns: [],
    duration_ns: [],
    service: [],
    name: [],
    kind: [],
    span_kind: [],
    status: [],
    endpoint: [],
    team: [],
    flags: [],
  };
  let total = 0;
  const walk = (s: Span, depth: number) => {
    const row = ids.push(s.id) - 1;
    total = Math.max(total, s.start + s.duration);
    c.trace.push(traces.add(s.trace, s.trace));
    c.depth.push(depth);
    c.descendants.push(0);
    c.start_ns.push(Math.round(s.start));
    c.duration_ns.push(Math.round(s.duration));
    c.service.push(services.add(s.service, s.service));
    c.name.push(names.add(s.name, s.name));
    c.kind.push(kindCode[s.kind]);
    c.span_kind.push(s.spanKind);
    c.status.push(s.status);
    c.endpoint.push(-1);
    c.team.push(
      s.team
        ? owners.add(s.team, { id: s.team, name: teams.find((t) => t.id === s.team)?.name ?? s.team })
        : -1,
    );
    c.flags.push(s.flags);
    for (const child of s.children.sort((a, b) => a.start - b.start)) walk(child, depth + 1);
    c.descendants[row] = c.depth.length - row - 1;
  };
  for (const root of roots) walk(root, 0);
  return {
    flow_id: flowId,
    start: iso(startMs),
    duration_ns: total,
    span_count: ids.length,
    truncated: false,
    clocks: [],
    traces: traces.list,
    services: services.list,
    names: names.list,
    endpoints: [],
    teams: owners.list,
    columns: { ...c, span_ids: ids.join('') } as unknown as Schemas['SpanColumns'],
  };
}

const ms = 1e6;

/** The spans of flow n: both sides of every step, with a database call and some work below each. */
export function spansOf(flow: Flow, n: number): Table {
  const byService = new Map<string, Span>();
  const roots: Span[] = [];
  const clock = new Map<string, number>();
  const failedAt = flow.culprit ? steps.findIndex((s) => s.to[0] === flow.culprit!.service) : -1;
  steps.forEach((step, i) => {
    if (failedAt >= 0 && i > failedAt && flow.status !== 'degraded') return;
    const parent = byService.get(step.from[0]);
    const begin = (clock.get(step.from[0]) ?? 0) + 3 * ms;
    const asynchronous = step.kind === 'event' || step.kind === 'queue';
    const bad = i === failedAt && ['failed', 'degraded', 'compensated'].includes(flow.status);
    const traceRoot = asynchronous
      ? hex(n * 10 + i, 32, 'trace')
      : (parent?.trace ?? hex(n * 10, 32, 'trace'));
    const out: Span = {
      id: hex(i, 16, `from${n}`),
      trace: parent?.trace ?? traceRoot,
      service: step.from[0],
      name: asynchronous ? `publish ${step.operation}` : step.operation,
      kind: step.kind,
      spanKind: asynchronous ? 4 : 3,
      status: bad && !asynchronous ? 2 : 0,
      team: step.from[1],
      start: begin,
      duration: asynchronous ? 5 * ms : (step.ms + step.wait) * ms,
      hop: hex(i, 16, 'hop'),
      flags: i < 7 ? 4 : 0,
      children: [],
    };
    const into: Span = {
      id: bad ? flow.culprit!.span_id : hex(i, 16, `to${n}`),
      trace: traceRoot,
      service: step.to[0],
      name: asynchronous ? `process ${step.operation}` : step.operation,
      kind: step.kind,
      spanKind: asynchronous ? 5 : 2,
      status: bad ? 2 : 0,
      team: step.to[1],
      start: begin + step.wait * ms,
      duration: step.ms * ms,
      hop: hex(i, 16, 'hop'),
      flags: (i < 7 ? 4 : 0) | (asynchronous ? 2 : 0) | (bad ? 16 : 0),
      children: [],
    };
    into.children.push({
      id: hex(i, 16, `db${n}`),
      trace: traceRoot,
      service: step.to[0],
      name: 'SELECT orders',
      kind: 'db',
      spanKind: 3,
      status: 0,
      team: step.to[1],
      start: into.start + 2 * ms,
      duration: Math.min(22, step.ms / 3) * ms,
      hop: into.hop,
      flags: 0,
      children: [],
    });
    if (i > 0 && parent) parent.children.push(out);
    else roots.push(out);
    out.children.push(into);
    byService.set(step.to[0], into);
    clock.set(step.to[0], into.start + 24 * ms);
    clock.set(step.from[0], begin + (asynchronous ? 8 * ms : out.duration));
  });
  return table(roots, flow.id, Date.parse(flow.start));
}

/** A batch of 50,000 spans in 600 traces, for the budget of a large flow. */
export function largeTable(flow: Flow, size = 50_000): Table {
  const rnd = random(42);
  const root: Span = {
    id: hex(1, 16, 'big'),
    trace: hex(1, 32, 'big'),
    service: 'billing-run',
    name: 'run nightly billing',
    kind: 'workflow',
    spanKind: 1,
    status: 2,
    team: 'payments',
    start: 0,
    duration: 3600e9,
    hop: 'a',
    flags: 4,
    children: [],
  };
  let made = 1;
  const grow = (parent: Span, depth: number, trace: string) => {
    const many = depth > 6 ? 0 : 1 + Math.floor(rnd() * 4);
    for (let i = 0; i < many && made < size; i++) {
      const step = steps[Math.floor(rnd() * steps.length)]!;
      const start = parent.start + rnd() * parent.duration * 0.6;
      const child: Span = {
        id: hex(made, 16, 's'),
        trace,
        service: step.to[0],
        name: step.operation,
        kind: rnd() < 0.3 ? 'db' : step.kind,
        spanKind: 2,
        status: rnd() < 0.004 ? 2 : 0,
        team: step.to[1],
        start,
        duration: Math.max(1e5, (parent.start + parent.duration - start) * rnd() * 0.8),
        hop: `h${made}`,
        flags: made === 31_007 ? 16 : 0,
        children: [],
      };
      if (child.flags) child.status = 2;
      made++;
      parent.children.push(child);
      grow(child, depth + 1, trace);
    }
  };
  for (let t = 0; made < size; t++) {
    const trace = hex(t, 32, 'bigtrace');
    const item: Span = {
      ...root,
      id: hex(t, 16, 'item'),
      trace,
      service: 'invoice-worker',
      name: 'process invoices.due',
      kind: 'queue',
      spanKind: 5,
      status: 0,
      team: 'orders',
      start: rnd() * 3500e9,
      duration: (5 + rnd() * 60) * 1e9,
      flags: 2,
      children: [],
    };
    made++;
    root.children.push(item);
    grow(item, 2, trace);
  }
  return table([root], flow.id, Date.parse(flow.start));
}
