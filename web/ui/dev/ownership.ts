import type { components } from '../src/api.gen.ts';
import { iso, teams } from './estate.ts';

type Schemas = components['schemas'];

const now = Date.now();
const window = { from: iso(now - 3_600_000), to: iso(now) };
const share = (owned: number, total: number) => ({ owned, declared: owned, total });
const file = '/etc/baton/ownership.yaml';

/** The ownership page with one of each finding, or of an estate that nothing was sent from yet. */
export function ownership(
  empty: boolean,
  unowned: Schemas['Endpoint'][],
  owned: Schemas['Endpoint'][],
): Schemas['Ownership'] {
  const bare: Schemas['Ownership'] = {
    ...window,
    authority: ['rule', 'catalogue', 'attribute'],
    teams: 0,
    rules: 0,
    claims: 0,
    coverage: { endpoints: share(0, 0), spans: share(0, 0), failures: share(0, 0) },
    unowned: [],
    unowned_count: 0,
    conflicts: [],
    conflict_count: 0,
    idle_rules: [],
    idle_rule_count: 0,
    idle_teams: [],
    idle_team_count: 0,
    sources: [],
    warnings: [],
  };
  if (empty) return bare;
  const source = { file, line: 0, problems: [], good: iso(now), since: null, files: 1, teams: teams.length };
  const says = { source: 'rule', origin: '', file, line: 31, match: '{service: "order-*"}', detail: '' };
  return {
    ...bare,
    teams: teams.length,
    rules: 24,
    claims: 3,
    coverage: { endpoints: share(76, 80), spans: share(98_000, 99_950), failures: share(131, 140) },
    unowned: unowned.map((endpoint, i) => ({
      endpoint,
      failures_caused: i === 0 ? 9 : 0,
      on_purpose: i === 2,
      proposal:
        i === 0
          ? {
              team: 'shipping',
              team_name: 'Shipping',
              confidence: 0.5,
              evidence: ['of shipping: shipping-service calls it'],
              catalog_info: 'apiVersion: backstage.io/v1alpha1\nkind: Resource\n',
            }
          : null,
      rule: `  - match: {service: ${endpoint.service}}\n    owner: ${i === 0 ? 'shipping' : 'TEAM'}`,
    })),
    unowned_count: unowned.length,
    conflicts: [
      {
        says: [
          { ...says, team: 'orders', team_name: 'Orders', decides: true },
          { ...says, team: 'edge', team_name: 'Edge', source: 'catalogue', origin: 'CMDB', decides: false },
        ],
        endpoint_count: 2,
        span_count: 4000,
        failures_caused: 3,
        examples: owned.slice(0, 2),
      },
    ],
    conflict_count: 1,
    idle_rules: [
      {
        ...says,
        number: 7,
        owner: 'payments',
        reason: 'unmatched',
        endpoint_count: 0,
        detail: 'matches nothing that was seen',
      },
    ],
    idle_rule_count: 1,
    idle_teams: [{ id: 'fraud', name: 'Risk and Fraud', file, line: 20 }],
    idle_team_count: 1,
    sources: [
      {
        ...source,
        name: 'CMDB',
        type: 'csv',
        place: '/etc/baton/cmdb.csv',
        health: 'broken',
        since: iso(now - 120_000),
        claims: 3,
        problems: [
          { file: '/etc/baton/cmdb.csv', line: 3, column: 7, what: 'has no owner', remedy: 'name one' },
        ],
      },
      { ...source, name: file, type: 'ownership', place: file, health: 'ok', claims: 24 },
    ],
  };
}

/** Every team hands to the next one, and every third one to nobody. */
export function handoffs(empty: boolean, team: string | null): Schemas['HandoffList'] {
  const pair = (i: number, to: (typeof teams)[number] | undefined): Schemas['Handoff'] => ({
    from_team: teams[i]!.id,
    from_name: teams[i]!.name,
    to_team: to?.id ?? null,
    to_name: to?.name ?? '',
    count: 1400 >> i,
    failed: i % 3,
    kinds: i % 2 ? ['queue', 'api'] : ['api'],
    wait_count: i % 4 ? 100 : 0,
    wait_p50_ns: i % 4 ? 10 ** (4 + i) : 0,
    wait_p95_ns: i % 4 ? 4 * 10 ** (4 + i) : 0,
    wait_max_ns: i % 4 ? 9 * 10 ** (4 + i) : 0,
  });
  const all = empty
    ? []
    : teams.flatMap((_, i) => [
        pair(i, teams[(i + 1) % teams.length]),
        ...(i % 3 === 0 ? [pair(i, undefined)] : []),
      ]);
  return {
    ...window,
    measured_flows: empty ? 0 : 800,
    flow_count: empty ? 0 : 800,
    complete: true,
    handoffs: all.filter((h) => !team || h.from_team === team || h.to_team === team),
  };
}

export function figures(suffered: Schemas['Failure'][]): Schemas['TeamFigures'] {
  const n = suffered.length ? 60 : 0;
  const trend = {
    flows: Array.from({ length: 60 }, () => n),
    caused: Array.from({ length: 60 }, (_, i) => (n && i % 7 === 3 ? i % 5 : 0)),
    suffered: Array.from({ length: 60 }, (_, i) => (n && i % 5 === 1 ? i % 4 : 0)),
  };
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  return {
    ...window,
    step_ns: 60e9,
    flows: sum(trend.flows),
    failures_caused: sum(trend.caused),
    failures_suffered: sum(trend.suffered),
    trend,
    suffered,
  };
}
