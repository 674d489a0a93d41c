import type { components } from '../src/api.gen.ts';
import { type Flow, hex, iso, steps } from './estate.ts';

type Schemas = components['schemas'];

const sides = {
  api: ['caller', 'provider'],
  event: ['producer', 'consumer'],
  queue: ['producer', 'consumer'],
  workflow: ['orchestrator', 'activity'],
} as const;

/** Flow n with its hops, joins and revisions. */
export function detail(flow: Flow, n: number): Schemas['FlowDetail'] {
  const failedAt = flow.culprit ? steps.findIndex((s) => s.to[0] === flow.culprit!.service) : -1;
  const start = Date.parse(flow.start);
  let at = start;
  const hops: Schemas['Hop'][] = [];
  steps.forEach((step, i) => {
    if (failedAt >= 0 && i > failedAt && flow.status !== 'degraded') return;
    const parent = steps.findLastIndex((s, j) => j < i && s.to[0] === step.from[0]);
    at += step.wait;
    const bad = i === failedAt;
    const [from, to] = sides[step.kind];
    const parties: Schemas['Party'][] = [
      { role: from, service: step.from[0], team: step.from[1], endpoint_id: hex(i, 16, 'f') },
    ];
    if (step.via)
      parties.push({
        role: 'channel',
        service: step.via[0],
        team: step.via[1],
        endpoint_id: hex(i, 16, 'v'),
      });
    parties.push({ role: to, service: step.to[0], team: step.to[1], endpoint_id: hex(i, 16, 't') });
    hops.push({
      id: hex(i, 16, 'hop'),
      parents: parent >= 0 ? [hex(parent, 16, 'hop')] : [],
      shared: false,
      kind: step.kind,
      system: step.system,
      operation: step.operation,
      parties,
      start: iso(at),
      duration_ns: step.ms * 1e6,
      wait_ns: step.wait * 1e6,
      attempts: bad && step.kind === 'queue' ? 10 : 1,
      outcome: bad
        ? flow.status === 'degraded'
          ? 'recovered'
          : flow.status === 'stalled'
            ? 'unknown'
            : 'error'
        : 'ok',
      error: bad ? flow.culprit!.reason : null,
      trace_id: flow.culprit && bad ? flow.culprit.trace_id : hex(n * 10 + i, 32, 'trace'),
      span_id: bad ? flow.culprit!.span_id : hex(i, 16, `to${n}`),
    });
  });
  const order = flow.correlations[0]!;
  return {
    ...flow,
    summary: flow.culprit ? `Failed at ${flow.culprit.service}: ${flow.culprit.reason}` : 'Completed',
    hops,
    next_cursor: null,
    trace_ids: [0, 3, 4, 6, 8].map((i) => hex(n * 10 + i, 32, 'trace')),
    joins: [
      {
        trace_id: hex(n * 10 + 3, 32, 'trace'),
        because: { link: `${hex(n * 10, 32, 'trace')}/${hex(3, 16, `from${n}`)}` },
      },
      {
        trace_id: hex(n * 10 + 4, 32, 'trace'),
        because: { link: `${hex(n * 10, 32, 'trace')}/${hex(4, 16, `from${n}`)}` },
      },
      { trace_id: hex(n * 10 + 6, 32, 'trace'), because: { key: order.key, value: order.value } },
      { trace_id: hex(n * 10 + 8, 32, 'trace'), because: { message: 'shipments.created/7/18823' } },
    ],
    revisions: [
      { revision: 1, at: iso(start + 900), status: 'running', reason: 'first spans' },
      { revision: 2, at: flow.last_activity, status: flow.status, reason: flow.culprit?.reason },
    ],
    truncated: false,
    clocks: [],
  };
}

const text = (key: string, value: string): Schemas['Attribute'] => ({ key, type: 'string', value });

export function span(trace: string, id: string): Schemas['SpanDetail'] {
  const now = Date.now() - 90_000;
  return {
    trace_id: trace,
    span_id: id,
    parent_span_id: hex(7, 16, 'p'),
    name: 'process orders.placed',
    span_kind: 'consumer',
    start: iso(now),
    duration_ns: 412e6,
    status: { code: 'error', message: 'CardDeclined: issuer refused the charge' },
    trace_state: '',
    service: 'payment-service',
    namespace: 'shop',
    environment: 'production',
    attributes: [
      text('messaging.system', 'kafka'),
      text('messaging.destination.name', 'orders.placed'),
      text('messaging.operation.type', 'process'),
      { key: 'messaging.kafka.offset', type: 'int', value: '918273645546372819' },
      { key: 'messaging.batch.message_count', type: 'int', value: '1' },
      text('order.id', 'ORD-100012'),
      { key: 'order.total', type: 'double', value: 118.4 },
      { key: 'order.express', type: 'bool', value: true },
      {
        key: 'order.lines',
        type: 'array',
        value: [
          { type: 'string', value: 'sku-1' },
          { type: 'string', value: 'sku-9' },
        ],
      },
      text('url.full', 'https://card-processor.example/charges'),
      text('error.type', 'CardDeclined'),
      text('xss', '<img src=x onerror=alert(1)>'),
    ],
    events: [
      { name: 'charge requested', time: iso(now + 20), offset_ns: 20e6, attributes: [text('attempt', '1')] },
      {
        name: 'exception',
        time: iso(now + 400),
        offset_ns: 400e6,
        attributes: [
          text('exception.type', 'com.shop.payments.CardDeclined'),
          text('exception.message', 'issuer refused the charge (insufficient funds)'),
          text(
            'exception.stacktrace',
            `com.shop.payments.CardDeclined: issuer refused the charge\n${Array.from({ length: 16 }, (_, i) => `\tat com.shop.payments.Charge.step${i}(Charge.java:${40 + i * 7})`).join('\n')}`,
          ),
        ],
      },
    ],
    links: [
      {
        trace_id: hex(120, 32, 'trace'),
        span_id: hex(3, 16, 'from12'),
        attributes: [text('messaging.message.id', '7/18823')],
      },
    ],
    resource: {
      attributes: [
        text('service.name', 'payment-service'),
        text('service.version', '4.12.0'),
        text('host.name', 'node-17'),
        text('k8s.pod.name', 'payment-service-7d9f'),
      ],
    },
    scope: { name: 'io.opentelemetry.kafka-clients', version: '2.9.0', attributes: [] },
    classification: {
      endpoint_id: hex(3, 16, 'endpoint'),
      kind: 'event',
      system: 'kafka',
      operation: 'process',
      destination: 'orders.placed',
      role: 'consumer',
      rule: 'messaging.operation.type = process',
    },
    owner: {
      team: 'payments',
      team_name: 'Payments',
      source: 'rule',
      detail: 'ownership.yaml:14 {service: "payment*"}',
    },
    correlations: [{ key: 'order.id', value: 'ORD-100012' }],
  };
}
