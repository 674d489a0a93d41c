import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'vite';
import type { components } from '../src/api.gen.ts';
import { detail, span } from './detail.ts';
import { type Flow, flow, hex, iso, random, steps, teams } from './estate.ts';
import { figures, handoffs, ownership } from './ownership.ts';
import { search } from './search.ts';
import { largeTable, spansOf } from './spans.ts';

type Schemas = components['schemas'];

const size = 800;
const born = Date.now();
const bigId = '00000000000b1600';
let changed = 0;

/** Every two seconds one more flow, so that live updates can be seen. */
const offset = () => Math.floor((Date.now() - born) / 2000);
const numbers = () => Array.from({ length: size }, (_, i) => i - offset());

function big(): Flow {
  const base = flow(12, born);
  return {
    ...base,
    id: bigId,
    span_count: 50_000,
    trace_count: 600,
    status: 'failed',
    culprit: flow(4, born).culprit,
  };
}

const order = ['failed', 'stalled', 'slow', 'compensated', 'degraded'];
const rank = (s: string) => (order.indexOf(s) + order.length + 1) % (order.length + 1);

function select(q: URLSearchParams): Flow[] {
  const states = (q.get('status') ?? '').split(',').filter(Boolean);
  const text = (q.get('q') ?? '').toLowerCase();
  const span =
    { 'now-5m': 3e5, 'now-15m': 9e5, 'now-1h': 36e5 }[q.get('from') ?? ''] ?? Number.POSITIVE_INFINITY;
  const list = numbers()
    .map((n) => flow(n + 4000, born + 4000 * 4300))
    .filter((f) => Date.now() - Date.parse(f.last_activity) < span)
    .filter((f) => states.length === 0 || states.includes(f.status))
    .filter((f) => !q.get('environment') || f.environment === q.get('environment'))
    .filter((f) => !q.get('team') || f.teams.includes(q.get('team')!))
    .filter((f) => !q.get('type') || f.type.id === q.get('type'))
    .filter(
      (f) =>
        !text ||
        JSON.stringify(f).toLowerCase().includes(text) ||
        `order.id=${f.correlations[0]!.value}`.toLowerCase() === text,
    );
  if (q.get('sort') !== 'worst') return list;
  return list.sort((a, b) => rank(a.status) - rank(b.status) || (a.last_activity < b.last_activity ? 1 : -1));
}

function failures(q: URLSearchParams): Schemas['Failure'][] {
  const groups = new Map<string, Schemas['Failure']>();
  for (const f of select(new URLSearchParams({ from: q.get('from') ?? '' }))) {
    const c = f.culprit;
    if (
      !c ||
      !['failed', 'stalled', 'slow'].includes(f.status) ||
      (q.get('team') && c.team !== q.get('team'))
    )
      continue;
    const key = c.rule + c.service;
    const g = groups.get(key);
    if (g) {
      g.flow_count++;
      g.first_seen = f.last_activity;
    } else {
      groups.set(key, {
        id: hex(groups.size, 16, key),
        culprit: c,
        status: f.status,
        flow_count: 1,
        first_seen: f.last_activity,
        last_seen: f.last_activity,
        teams: f.teams,
        types: [f.type],
        score: 1,
        sample_flow_ids: [f.id],
      });
    }
  }
  return [...groups.values()].sort((a, b) => b.flow_count - a.flow_count);
}

function histogram(q: URLSearchParams): Schemas['FlowHistogram'] {
  const buckets = 90;
  const width = q.get('from') === 'now-15m' ? 9e5 : 36e5;
  const from = Date.now() - width;
  const rnd = random(5);
  const series = ['failed', 'stalled', 'slow', 'degraded', 'completed'].map((status) => ({
    status,
    counts: Array.from({ length: buckets }, (_, i) => {
      const wave =
        status === 'completed'
          ? 180 + 60 * Math.sin(i / 9)
          : i > 62 && i < 78 && status === 'failed'
            ? 24
            : rnd() < 0.3
              ? 2
              : 0;
      return Math.max(0, Math.round(wave + (status === 'completed' ? rnd() * 40 : 0)));
    }),
  }));
  return { from: iso(from), to: iso(from + width), step_ns: (width / buckets) * 1e6, series };
}

function endpoints(owned: boolean, team?: string | null): Schemas['Endpoint'][] {
  const names = owned
    ? steps.map((s) => s.to)
    : [
        ['card-processor.example', null],
        ['web-shop', null],
        ['legacy-sap', null],
        ['ftp-drop', null],
      ];
  return names
    .map(([service, owner], i) => ({
      id: hex(i, 16, 'endpoint'),
      tenant: '',
      service: String(service),
      namespace: 'shop',
      environment: 'production',
      kind: steps[i]!.kind,
      system: steps[i]!.system,
      operation: steps[i]!.operation,
      route: '',
      destination: steps[i]!.via?.[0] ?? '',
      workflow: '',
      host: '',
      attributes: {},
      role: owned ? 'provider' : i === 2 ? 'channel' : 'caller',
      owner: (owner as string | null) ?? null,
      owner_name: String(owner ?? ''),
      owner_source: owner ? 'rule' : 'none',
      first_seen: iso(born - 9e8),
      last_seen: iso(Date.now() - i * 4000),
      span_count: 182_000 - i * 17_000,
      error_count: i % 3 === 0 ? 431 : 0,
    }))
    .filter((e) => (owned ? e.owner !== null : true) && (!team || e.owner === team));
}

const status = (away: boolean): Schemas['SystemStatus'] => ({
  version: 'dev',
  ready: !away,
  now: iso(Date.now()),
  uptime_ns: (Date.now() - born) * 1e6,
  parts: [
    {
      name: 'engine',
      state: away ? 'away' : 'ok',
      detail: away ? 'Restarting after signal 9; spans are kept in the log.' : 'embedded, 214 MB',
    },
    { name: 'log', state: 'ok', detail: '3 segments' },
    { name: 'joiner', state: 'ok', detail: '', lag_ns: 410e6 },
    { name: 'judge', state: 'ok', detail: '', lag_ns: 1.2e9 },
  ],
  figures: [
    { name: 'ingest_rate', value: 12_430.4, unit: 'spans/s' },
    { name: 'log_size', value: 88_213_111, unit: 'bytes' },
    { name: 'ingest_lag', value: 412e6, unit: 'ns' },
  ],
  hot_values: [
    {
      key: 'correlation.id',
      value: 'nightly-batch',
      segments: 48_211,
      reason: 'more than 200 segments within an hour',
    },
  ],
  caps: [{ name: 'operations_per_service', limit: 500, hits: 12 }],
  ownership: { teams: 8, rules: 23, files: ['ownership.yaml'], error: null },
});

function answer(path: string, q: URLSearchParams): unknown {
  const empty = process.env.FIXTURES === 'empty';
  if (path === '/api/v1/status') return status(process.env.FIXTURES === 'away');
  if (path === '/api/v1/flows') {
    const list = empty ? [] : select(q);
    const from = Number(q.get('cursor') ?? 0);
    const limit = Number(q.get('limit') ?? 50);
    return {
      flows: list.slice(from, from + limit),
      next_cursor: from + limit < list.length ? String(from + limit) : null,
    };
  }
  if (path === '/api/v1/flows/histogram') return empty ? { ...histogram(q), series: [] } : histogram(q);
  if (path === '/api/v1/flows/facets') {
    const all = empty ? [] : select(new URLSearchParams({ from: q.get('from') ?? '' }));
    const tally = (get: (f: Flow) => string) => [
      ...all.reduce((m, f) => m.set(get(f), (m.get(get(f)) ?? 0) + 1), new Map<string, number>()),
    ];
    return {
      environments: tally((f) => f.environment).map(([value, flow_count]) => ({ value, flow_count })),
      statuses: tally((f) => f.status).map(([value, flow_count]) => ({ value, flow_count })),
      types: tally((f) => JSON.stringify(f.type)).map(([t, flow_count]) => ({
        ...JSON.parse(t),
        flow_count,
      })),
      teams: teams.map(({ id, name }) => ({ id, name })),
      kinds: ['api', 'event', 'queue', 'workflow'],
    };
  }
  if (path === '/api/v1/failures') return { failures: empty ? [] : failures(q), next_cursor: null };
  if (path === '/api/v1/teams')
    return { teams, next_cursor: null, unowned: { endpoint_count: 4, failures_caused: 9 } };
  const byTrace = /^\/api\/v1\/flows\/by-trace\//.test(path);
  if (byTrace) return { flows: select(new URLSearchParams()).slice(0, 2), next_cursor: null };
  const one = /^\/api\/v1\/flows\/([0-9a-f]+)(\/spans)?$/.exec(path);
  if (one) {
    if (one[1] === bigId) return one[2] ? largeTable(big()) : detail(big(), 12);
    const i = numbers().find((n) => hex(n + 4000, 16, 'flow') === one[1]);
    if (i === undefined) return undefined;
    const f = flow(i + 4000, born + 4000 * 4300);
    return one[2] ? spansOf(f, i + 4000) : detail(f, i + 4000);
  }
  if (path === '/api/v1/spans') return empty ? search([], q) : search(select(new URLSearchParams()), q);
  const spanOf = /^\/api\/v1\/traces\/([0-9a-f]+)\/spans\/([0-9a-f]+)$/.exec(path);
  if (spanOf) return span(spanOf[1]!, spanOf[2]!);
  if (path.startsWith('/api/v1/traces/')) return { ...spansOf(flow(4012, born), 12), flow_id: null };
  if (path === '/api/v1/ownership') return ownership(empty, endpoints(false), endpoints(true));
  if (path === '/api/v1/handoffs') return handoffs(empty, q.get('team'));
  const figuresOf = /^\/api\/v1\/teams\/(.+)\/figures$/.exec(path);
  if (figuresOf) return figures(empty ? [] : failures(q).slice(0, 3));
  const team = /^\/api\/v1\/teams\/(.+)$/.exec(path);
  if (team) {
    const t = teams.find((x) => x.id === decodeURIComponent(team[1]!));
    return t && { ...t, services: ['payment-service', 'refund-service'], parent: null, escalation: [] };
  }
  if (path === '/api/v1/endpoints')
    return { endpoints: endpoints(q.get('owned') !== 'false', q.get('team')), next_cursor: null };
  if (/\/owners$/.test(path)) {
    const at = (days: number, team: string | null, source: string, origin: string, detail: string) => ({
      at: iso(Date.now() - days * 864e5),
      team,
      team_name: team ?? '',
      source,
      origin,
      detail,
    });
    return {
      changes: [
        at(2, 'payments', 'rule', '', 'rule 3 (ownership.yaml:14) matches'),
        at(40, 'orders', 'catalogue', 'backstage', 'component:payment-service'),
        at(90, null, 'none', '', 'nothing names an owner'),
      ],
    };
  }
  if (/\/owner$/.test(path)) {
    const e = endpoints(true)[3]!;
    return {
      endpoint: e,
      team: 'payments',
      team_name: 'Payments',
      source: 'rule',
      detail: 'Rule at ownership.yaml:14 matches service "payment*".',
      conflict: false,
      near_misses: [],
      candidates: [
        { team: 'payments', source: 'rule', detail: 'ownership.yaml:14', decided: true },
        { team: 'orders', source: 'attribute', detail: 'service.owner.name', decided: false },
      ],
    };
  }
  return undefined;
}

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'";

function handle(req: IncomingMessage, res: ServerResponse, next: () => void): void {
  const url = new URL(req.url ?? '/', 'http://fixtures');
  res.setHeader('Content-Security-Policy', csp);
  if (url.pathname === '/api/v1/flows/live') {
    res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    const tell = () => res.write(`event: changed\ndata: {"revision":${++changed}}\n\n`);
    tell();
    const timer = setInterval(tell, 2000);
    req.on('close', () => clearInterval(timer));
    return;
  }
  if (!url.pathname.startsWith('/api/')) {
    next();
    return;
  }
  const body = answer(url.pathname, url.searchParams);
  if (body === undefined) {
    res.writeHead(404, { 'Content-Type': 'application/problem+json' });
    res.end(
      JSON.stringify({
        type: '/problems/not-found',
        title: 'No such thing',
        status: 404,
        detail: `There is nothing at ${url.pathname}.`,
        errors: [],
        request_id: 'fixture',
      }),
    );
    return;
  }
  res.writeHead(200, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(body));
}

/** Serves /api/v1 from fixtures, under the policy that the real server sends. Only for looking at pages. */
export function fixtureApi(): Plugin {
  return {
    name: 'baton-fixtures',
    configurePreviewServer: (server) => {
      server.middlewares.use(handle);
    },
  };
}
