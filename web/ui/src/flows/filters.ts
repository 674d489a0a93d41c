import type { FlowQuery } from '../data/api.ts';

export interface Filters {
  from: string;
  to: string;
  environment: string;
  team: string;
  type: string;
  kind: string;
  q: string;
  status: string[];
  sort: 'worst' | 'newest';
}

export const presets: [string, string][] = [
  ['now-5m', '5 min'],
  ['now-15m', '15 min'],
  ['now-1h', '1 hour'],
  ['now-6h', '6 hours'],
  ['now-24h', '24 hours'],
  ['now-7d', '7 days'],
];

export const defaultFrom = 'now-1h';

const list = (text: string | null) => [...new Set((text ?? '').split(',').filter(Boolean))];

/** readFilters takes a link apart; what it cannot understand, it leaves to the server to refuse with a reason. */
export function readFilters(query: URLSearchParams): Filters {
  const get = (key: string) => query.get(key)?.trim() ?? '';
  return {
    from: get('from') || defaultFrom,
    to: get('to'),
    environment: get('environment'),
    team: get('team'),
    type: get('type'),
    kind: get('kind'),
    q: get('q'),
    status: list(query.get('status')),
    sort: get('sort') === 'newest' ? 'newest' : 'worst',
  };
}

/** toApi is the query of the list, without empty parameters. */
export function toApi(f: Filters): FlowQuery {
  const query: FlowQuery = { from: f.from, sort: f.sort };
  if (f.to) query.to = f.to;
  if (f.environment) query.environment = f.environment;
  if (f.team) query.team = f.team;
  if (f.type) query.type = f.type;
  if (f.kind) query.kind = f.kind;
  if (f.q) query.q = f.q;
  if (f.status.length > 0) query.status = f.status.join(',');
  return query;
}

/** A window that ends now moves with the clock, so only such a list is live. */
export const isLive = (f: Filters) => f.to === '' || f.to === 'now';

export const toggled = (values: string[], value: string) =>
  values.includes(value) ? values.filter((v) => v !== value) : [...values, value];

/**
 * searchable picks the part of a culprit's reason that its other flows share: the longest run of words without a
 * digit, because ids, amounts and addresses differ from flow to flow.
 */
export function searchable(reason: string): string {
  const runs = reason.split(/\S*\d\S*/).map((run) => run.replace(/^[\s:;,.()'"]+|[\s:;,.('"]+$/g, ''));
  return runs.reduce((best, run) => (run.length > best.length ? run : best), '').slice(0, 120);
}
