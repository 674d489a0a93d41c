import { describe, expect, it } from 'vitest';
import type { Histogram, Status } from '../src/data/api.ts';
import { judgeHealth } from '../src/data/status.ts';
import { roleOf } from '../src/flow/role.ts';
import { because } from '../src/flow/Story.tsx';
import { describe as describeBucket, layers, totals } from '../src/flows/bars.ts';
import { ruleFor } from '../src/teams/rule.ts';
import { text } from '../src/waterfall/Attributes.tsx';

const status = (parts: Status['parts'], more: Partial<Status> = {}): Status => ({
  version: '1',
  ready: true,
  now: '',
  uptime_ns: 1,
  parts,
  figures: [],
  hot_values: [],
  caps: [],
  ownership: { teams: 0, rules: 0, files: [], error: null },
  ...more,
});

describe('health', () => {
  const ok = { name: 'engine', state: 'ok', detail: '' };
  it.each([
    ['all is well', status([ok]), 'ok'],
    ['the engine is away', status([{ ...ok, state: 'away' }]), 'bad'],
    ['something starts', status([ok, { name: 'joiner', state: 'starting', detail: '' }]), 'warn'],
    ['it is not ready', status([ok], { ready: false }), 'warn'],
    ['data is late', status([{ ...ok, lag_ns: 31e9 }]), 'warn'],
    ['data is a little late', status([{ ...ok, lag_ns: 29e9 }]), 'ok'],
    ['a state is unknown', status([{ ...ok, state: 'confused' }]), 'warn'],
    [
      'a source of owners is broken',
      status([ok], { ownership: { teams: 1, rules: 1, files: [], error: 'line 3' } }),
      'warn',
    ],
  ])('%s', (_, s, level) => expect(judgeHealth(s).level).toBe(level));
});

describe('the histogram', () => {
  const h: Histogram = {
    from: '2026-11-22T11:00:00.000000000Z',
    to: '2026-11-22T11:02:00.000000000Z',
    step_ns: 60e9,
    series: [
      { status: 'completed', counts: [10_000, 0] },
      { status: 'failed', counts: [1, 0] },
    ],
  };
  it('puts failures on the ground and keeps a single one visible', () => {
    const [first, second] = layers(h);
    expect(first!.status).toBe('failed');
    expect(first!.path).toBe('M0.08 100.00h.84v-5.00h-.84z');
    expect(second!.path).toBe('M0.08 95.00h.84v-95.00h-.84z');
  });
  it('adds up and describes a bucket', () => {
    expect(totals(h)).toEqual([10_001, 0]);
    expect(describeBucket(h, 0).parts).toEqual([
      ['failed', 1],
      ['completed', 10_000],
    ]);
    expect(describeBucket(h, 1)).toMatchObject({ from: Date.parse('2026-11-22T11:01:00Z'), parts: [] });
  });
  it('is empty without series', () => expect(layers({ ...h, series: [] })).toEqual([]));
});

describe('rules to paste', () => {
  it('own a service as a whole and a channel by itself', () => {
    expect(ruleFor({ service: 'pay', kind: 'api', destination: '', host: '', role: 'provider' })).toBe(
      '  - match: {service: pay}\n    owner: TEAM',
    );
    expect(ruleFor({ service: '', kind: 'queue', destination: 'orders.in', host: '', role: 'channel' })).toBe(
      '  - match: {kind: queue, destination: orders.in, role: channel}\n    owner: TEAM',
    );
  });
  it.each(['a: b', '*x', '123', 'x # y', '"', 'a, b', '{x}', 'true story'])('quotes %s', (service) => {
    const rule = ruleFor({ service, kind: 'api', destination: '', host: '', role: 'provider' });
    expect(rule).toContain(JSON.stringify(service));
  });
});

it('writes attribute values of every type', () => {
  const list = [
    { type: 'string', value: 'a' },
    { type: 'int', value: '918273645546372819' },
  ];
  expect(text('array', list)).toBe('[a, 918273645546372819]');
  expect(text('map', [{ key: 'k', type: 'double', value: 'NaN' }])).toBe('{k: NaN}');
  expect([text('bool', false), text('empty', null), text('future', { x: 1 })]).toEqual([
    'false',
    '(empty)',
    '{"x":1}',
  ]);
});

it('says why a trace was joined', () => {
  const j = (because: object) => ({ trace_id: 't', because });
  expect(because(j({ key: 'order.id', value: '7' }))).toBe('the same order.id = 7');
  expect(because(j({ link: 'a/b' }))).toBe('a span link');
  expect(because(j({ message: 'm' }))).toBe('the message m');
  expect(because(j({}))).toContain('does not know');
});

it('names the part of the culprit', () => {
  expect(roleOf({ role: 'consumer', operation: 'payments.charge', kind: 'queue' })).toBe(
    'consumer of payments.charge',
  );
  expect(roleOf({ role: 'referee', operation: '', kind: 'api' })).toBe('referee');
});
