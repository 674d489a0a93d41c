import type { components } from '../src/api.gen.ts';

type Schemas = components['schemas'];
export type Flow = Schemas['Flow'];
export type Team = Schemas['Team'];

/** A small generator with a seed (mulberry32): the same fixtures at every start. */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const hex = (n: number, digits: number, salt = '') => {
  let h = 0xcbf29ce484222325n;
  for (const c of `${n}${salt}`) h = BigInt.asUintN(64, (h ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n);
  const one = h.toString(16).padStart(16, '0');
  return (one + [...one].reverse().join('')).slice(0, digits);
};

export const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, -1)}000000Z`;

const team = (id: string, name: string, slack: string): Team => ({
  id,
  name,
  contacts: { slack, pagerduty: `P${id.slice(0, 3).toUpperCase()}12`, email: `${id}@example.com` },
  runbook: `https://runbooks.example.com/${id}`,
  endpoint_count: 4 + id.length,
  failures_caused: 0,
});

export const teams: Team[] = [
  team('payments', 'Payments', '#payments'),
  team('orders', 'Orders', '#orders'),
  team('edge', 'Edge', '#edge-gateway'),
  team('shipping', 'Shipping', '#shipping-ops'),
  team('integration', 'Integration Platform', '#integration'),
  team('inventory', 'Inventory', '#warehouse'),
  team('notify', 'Customer Contact', '#contact'),
  team('fraud', 'Risk and Fraud', '#fraud'),
];

export interface Step {
  kind: 'api' | 'event' | 'queue' | 'workflow';
  system: string;
  operation: string;
  from: [service: string, team: string | null];
  via?: [channel: string, team: string | null];
  to: [service: string, team: string | null];
  wait: number;
  ms: number;
}

export const steps: Step[] = [
  {
    kind: 'api',
    system: 'http',
    operation: 'POST /orders',
    from: ['web-shop', null],
    to: ['api-gateway', 'edge'],
    wait: 1,
    ms: 182,
  },
  {
    kind: 'api',
    system: 'http',
    operation: 'POST /v1/orders',
    from: ['api-gateway', 'edge'],
    to: ['order-api', 'orders'],
    wait: 2,
    ms: 171,
  },
  {
    kind: 'api',
    system: 'grpc',
    operation: 'Fraud/Score',
    from: ['order-api', 'orders'],
    to: ['fraud-scorer', 'fraud'],
    wait: 1,
    ms: 38,
  },
  {
    kind: 'event',
    system: 'kafka',
    operation: 'orders.placed',
    from: ['order-api', 'orders'],
    via: ['orders.placed', 'integration'],
    to: ['payment-service', 'payments'],
    wait: 840,
    ms: 412,
  },
  {
    kind: 'event',
    system: 'kafka',
    operation: 'orders.placed',
    from: ['order-api', 'orders'],
    via: ['orders.placed', 'integration'],
    to: ['stock-keeper', 'inventory'],
    wait: 1210,
    ms: 96,
  },
  {
    kind: 'api',
    system: 'http',
    operation: 'POST /charges',
    from: ['payment-service', 'payments'],
    to: ['card-processor.example', null],
    wait: 14,
    ms: 305,
  },
  {
    kind: 'queue',
    system: 'servicebus',
    operation: 'shipping.requests',
    from: ['payment-service', 'payments'],
    via: ['shipping.requests', 'integration'],
    to: ['shipping-workflow', 'shipping'],
    wait: 62_000,
    ms: 2400,
  },
  {
    kind: 'workflow',
    system: 'temporal',
    operation: 'ReserveCarrier',
    from: ['shipping-workflow', 'shipping'],
    to: ['carrier-adapter', 'shipping'],
    wait: 120,
    ms: 940,
  },
  {
    kind: 'event',
    system: 'kafka',
    operation: 'shipments.created',
    from: ['shipping-workflow', 'shipping'],
    via: ['shipments.created', 'integration'],
    to: ['notifier', 'notify'],
    wait: 300,
    ms: 88,
  },
];

interface Fault {
  status: string;
  step: number;
  reason: (n: number) => string;
  rule: string;
  share: number;
  confidence: string;
  team: string | null;
}

const faults: Fault[] = [
  {
    status: 'failed',
    step: 3,
    reason: (n) => `CardDeclined: issuer refused charge ch_${n} (insufficient funds)`,
    rule: 'deepest-error',
    share: 0.05,
    confidence: 'high',
    team: 'payments',
  },
  {
    status: 'failed',
    step: 6,
    reason: () => 'dead letter: MaxDeliveryCountExceeded after 10 deliveries',
    rule: 'dead-letter',
    share: 0.02,
    confidence: 'high',
    team: 'shipping',
  },
  {
    status: 'failed',
    step: 2,
    reason: () => 'DEADLINE_EXCEEDED: scoring model did not answer in 250 ms',
    rule: 'timeout-callee',
    share: 0.012,
    confidence: 'medium',
    team: 'fraud',
  },
  {
    status: 'stalled',
    step: 8,
    reason: (n) => `no consumer has taken shipments.created offset ${n} for 14 min`,
    rule: 'stalled',
    share: 0.018,
    confidence: 'medium',
    team: 'notify',
  },
  {
    status: 'slow',
    step: 6,
    reason: () => 'queue wait 9 min, usually 1 min',
    rule: 'queue-wait',
    share: 0.015,
    confidence: 'medium',
    team: 'integration',
  },
  {
    status: 'failed',
    step: 5,
    reason: () => 'connection refused: card-processor.example:443',
    rule: 'callee-down',
    share: 0.01,
    confidence: 'low',
    team: null,
  },
  {
    status: 'degraded',
    step: 7,
    reason: () => 'CarrierTimeout, recovered on attempt 3',
    rule: 'recovered',
    share: 0.03,
    confidence: 'high',
    team: 'shipping',
  },
  {
    status: 'compensated',
    step: 7,
    reason: () => 'NoCapacity: refund issued',
    rule: 'compensation',
    share: 0.006,
    confidence: 'high',
    team: 'shipping',
  },
];

const types = [
  { id: hex(1, 16, 'type'), service: 'api-gateway', operation: 'POST /orders' },
  { id: hex(2, 16, 'type'), service: 'api-gateway', operation: 'POST /returns' },
  { id: hex(3, 16, 'type'), service: 'partner-intake', operation: 'invoices.incoming' },
];

function culpritOf(fault: Fault, n: number): Schemas['Culprit'] {
  const step = steps[fault.step]!;
  const handoff = fault.rule === 'queue-wait';
  return {
    endpoint_id: hex(fault.step, 16, 'endpoint'),
    service: step.to[0],
    operation: step.operation,
    kind: step.kind,
    system: step.system,
    role: handoff
      ? 'hand-off'
      : step.kind === 'api'
        ? 'provider'
        : step.kind === 'workflow'
          ? 'activity'
          : 'consumer',
    team: fault.team,
    reason: fault.reason(n),
    rule: fault.rule,
    confidence: fault.confidence,
    trace_id: hex(n * 10 + fault.step, 32, 'trace'),
    span_id: hex(fault.step, 16, `to${n}`),
    between: handoff ? [step.from[0], step.to[0]] : undefined,
  };
}

/** Flow number n, which happened n * spacing before `now`. */
export function flow(n: number, now: number, spacing = 4300): Flow {
  const rnd = random(n * 7919 + 13);
  const dice = rnd();
  let sum = 0;
  const fault = faults.find((f) => {
    sum += f.share;
    return dice < sum;
  });
  const status = fault?.status ?? (n < 3 ? 'running' : dice > 0.97 ? 'rejected' : 'completed');
  const ms = Math.round(66_000 + rnd() * 9000 + (status === 'slow' ? 540_000 : 0));
  const start = now - n * spacing - Math.round(rnd() * 3000) - 2000;
  return {
    id: hex(n, 16, 'flow'),
    status,
    revision: status === 'completed' && n % 9 === 0 ? 2 : 1,
    environment: n % 7 === 0 ? 'staging' : 'production',
    type: types[n % 5 === 0 ? 1 : n % 11 === 0 ? 2 : 0]!,
    start: iso(start - ms),
    last_activity: iso(start),
    failed_at: fault && status !== 'degraded' ? iso(start) : null,
    duration_ns: ms * 1e6,
    span_count: 31 + (n % 4),
    hop_count: steps.length,
    trace_count: 4,
    teams: ['edge', 'fraud', 'integration', 'inventory', 'notify', 'orders', 'payments', 'shipping'].slice(
      0,
      3 + (n % 6),
    ),
    correlations: [
      { key: 'order.id', value: `ORD-${100_000 + n}` },
      { key: 'correlation.id', value: hex(n, 32, 'corr') },
    ],
    culprit: fault ? culpritOf(fault, n) : null,
  };
}
