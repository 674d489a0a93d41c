import { describe, expect, it } from 'vitest';
import { detail } from '../dev/detail.ts';
import { flow } from '../dev/estate.ts';
import type { Hop } from '../src/data/api.ts';
import { culpritHop, layLanes, notable, receiver } from '../src/flow/lanes.ts';

let n = 0;
function hop(
  id: string,
  parents: string[],
  service: string,
  team: string | null,
  more: Partial<Hop> = {},
): Hop {
  return {
    id,
    parents,
    shared: false,
    kind: 'api',
    system: 'http',
    operation: `op ${id}`,
    parties: [
      { role: 'caller', service: 'x', team: 'x', endpoint_id: '' },
      { role: 'provider', service, team, endpoint_id: '' },
    ],
    start: `2026-11-22T11:30:0${n++ % 10}.000000000Z`,
    duration_ns: 1,
    wait_ns: 0,
    attempts: 1,
    outcome: 'ok',
    error: null,
    trace_id: 't',
    span_id: id,
    ...more,
  };
}

describe('lanes', () => {
  it('follow the order in which teams take over', () => {
    const l = layLanes(
      [hop('a', [], 'gw', 'edge'), hop('b', ['a'], 'api', 'orders'), hop('c', ['b'], 'gw', 'edge')],
      null,
    );
    expect(l.teams).toEqual(['edge', 'orders']);
    expect(l.nodes.map((x) => [x.lane, x.column])).toEqual([
      [0, 0],
      [1, 1],
      [0, 2],
    ]);
    expect(l.edges.map((e) => e.handoff)).toEqual([true, true]);
  });
  it('never place a hop left of an earlier one, nor on top of another', () => {
    const l = layLanes(
      [
        hop('a', [], 's', 't'),
        hop('b', ['a'], 's2', 'u'),
        hop('c', ['a'], 's3', 'v'),
        hop('d', ['a'], 's4', 'v'),
      ],
      null,
    );
    const columns = l.nodes.map((x) => x.column);
    expect([...columns].sort((a, b) => a - b)).toEqual(columns);
    expect(new Set(l.nodes.map((x) => `${x.lane}/${x.column}`)).size).toBe(4);
  });
  it('tell many alike as one, but never hide the culprit among them', () => {
    const many = Array.from({ length: 50 }, (_, i) =>
      hop(`h${i}`, ['a'], 'worker', 'w', { operation: 'item' }),
    );
    const l = layLanes([hop('a', [], 's', 't'), ...many], { trace_id: 't', span_id: 'h30', endpoint_id: '' });
    expect(l.nodes.map((x) => x.times)).toEqual([1, 49, 1]);
    expect(l.nodes[2]!.culprit).toBe(true);
  });
  it('draw no more than their limit and say how many are left out', () => {
    const many = Array.from({ length: 30 }, (_, i) => hop(`h${i}`, [], `s${i}`, 'w'));
    expect(layLanes(many, null, 10).omitted).toBe(20);
  });
  it('have a lane for what nobody owns', () =>
    expect(layLanes([hop('a', [], 's', null)], null).teams).toEqual([null]));
  it('are empty without hops', () => expect(layLanes([], null)).toMatchObject({ columns: 0, nodes: [] }));
  it('mark the culprit of a whole flow', () => {
    const flows = Array.from({ length: 200 }, (_, i) => flow(i, 0));
    const i = flows.findIndex((f) => f.status === 'failed');
    const d = detail(flows[i]!, i);
    const l = layLanes(d.hops, d.culprit);
    expect(l.nodes.filter((x) => x.culprit)).toHaveLength(1);
    expect(l.nodes.find((x) => x.culprit)!.failed).toBe(true);
  });
});

it('finds the culprit by its endpoint when the hop begins with another span', () => {
  const party = { role: 'provider', service: 's', team: null, endpoint_id: 'e1' };
  const hops = [
    hop('a', [], 's', null, { parties: [party] }),
    hop('b', [], 's', null, { parties: [party], outcome: 'error' }),
    hop('c', [], 's', null),
  ];
  const suspect = { trace_id: 't', span_id: 'inside', endpoint_id: 'e1' };
  expect(culpritHop(hops, suspect)?.id).toBe('b');
  expect(culpritHop(hops.slice(0, 1), suspect)?.id).toBe('a');
  expect(culpritHop(hops, { ...suspect, span_id: 'c' })?.id).toBe('c');
  expect(culpritHop(hops, { ...suspect, endpoint_id: '' })).toBeUndefined();
  expect(culpritHop(hops, null)).toBeUndefined();
});

it('takes the side that acts last as the receiver', () => {
  const parties = ['producer', 'channel', 'consumer'].map((role) => ({
    role,
    service: role,
    team: null,
    endpoint_id: '',
  }));
  expect(receiver({ ...hop('a', [], 's', null), parties })!.role).toBe('consumer');
  expect(receiver({ ...hop('a', [], 's', null), parties: parties.slice(0, 2) })!.role).toBe('channel');
  expect(receiver({ ...hop('a', [], 's', null), parties: [] })).toBeUndefined();
});

it('speaks of waits only when they matter', () => {
  expect([notable(2e9, 1e12), notable(30e6, 100e6), notable(30e6, 1e9), notable(5e6, 10e6)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
