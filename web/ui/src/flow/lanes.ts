import type { Culprit, Hop } from '../data/api.ts';

export interface Node {
  key: string;
  /** The hop it shows; of several alike, the first. */
  hop: Hop;
  /** How many hops alike it stands for. */
  times: number;
  service: string;
  team: string | null;
  lane: number;
  column: number;
  failed: boolean;
  culprit: boolean;
  shared: boolean;
  durationNs: number;
}

export interface Edge {
  from: Node;
  to: Node;
  /** The work changes teams here. */
  handoff: boolean;
  waitNs: number;
}

export interface Lanes {
  teams: (string | null)[];
  nodes: Node[];
  edges: Edge[];
  columns: number;
  /** Hops beyond the limit, which are not drawn. */
  omitted: number;
}

/** The sides that receive work, the one that acts last first. */
const receivers = ['consumer', 'provider', 'activity', 'gateway', 'orchestrator', 'channel'];

const failing = new Set(['error', 'timeout', 'dead-lettered', 'failed', 'timed_out', 'dead_lettered']);

export const isFailed = (hop: Hop) => failing.has(hop.outcome);

/** The party whose lane a hop is drawn in: the one that took the work over. */
export function receiver(hop: Hop) {
  for (const role of receivers) {
    const party = hop.parties.find((p) => p.role === role);
    if (party) return party;
  }
  return hop.parties.at(-1);
}

type Suspect = Pick<Culprit, 'trace_id' | 'span_id' | 'endpoint_id'> | null;

/** The hop of the culprit: the one that begins with its span, else the first one that failed at its endpoint. */
export function culpritHop(hops: Hop[], c: Suspect): Hop | undefined {
  if (!c) return undefined;
  const at = (h: Hop) => h.parties.some((p) => p.endpoint_id !== '' && p.endpoint_id === c.endpoint_id);
  return (
    hops.find((h) => h.span_id === c.span_id && h.trace_id === c.trace_id) ??
    hops.find((h) => isFailed(h) && at(h)) ??
    hops.find(at)
  );
}

/**
 * Lays hops out in time order, one lane a team in order of appearance. A hop stands right of its parents and never
 * left of an earlier hop; hops alike from the same parent are one node, because a batch of hundreds tells one story.
 */
export function layLanes(hops: Hop[], suspect: Suspect, limit = 240): Lanes {
  const lanes = new Map<string | null, number>();
  const ends: number[] = [];
  const byHop = new Map<string, Node>();
  const alike = new Map<string, Node>();
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const culprit = culpritHop(hops, suspect);
  let column = 0;
  let omitted = 0;
  for (const hop of hops) {
    const party = receiver(hop);
    const parent = hop.parents.map((id) => byHop.get(id)).find((n) => n !== undefined);
    const failed = isFailed(hop);
    const isCulprit = hop === culprit;
    const same = [parent?.key, hop.kind, party?.service, hop.operation, hop.outcome].join('\n');
    const before = isCulprit ? undefined : alike.get(same);
    if (before) {
      before.times++;
      before.durationNs = Math.max(before.durationNs, hop.duration_ns);
      byHop.set(hop.id, before);
      continue;
    }
    if (nodes.length >= limit && !isCulprit) {
      omitted++;
      continue;
    }
    const team = party?.team ?? null;
    let lane = lanes.get(team);
    if (lane === undefined) {
      lane = lanes.size;
      lanes.set(team, lane);
    }
    column = Math.max(column, parent ? parent.column + 1 : 0, (ends[lane] ?? -1) + 1);
    ends[lane] = column;
    const node: Node = {
      key: hop.id,
      hop,
      times: 1,
      service: party?.service ?? 'unknown',
      team,
      lane,
      column,
      failed,
      culprit: isCulprit,
      shared: hop.shared,
      durationNs: hop.duration_ns,
    };
    nodes.push(node);
    byHop.set(hop.id, node);
    if (!isCulprit) alike.set(same, node);
    if (parent) edges.push({ from: parent, to: node, handoff: parent.lane !== lane, waitNs: hop.wait_ns });
  }
  return { teams: [...lanes.keys()], nodes, edges, columns: nodes.length > 0 ? column + 1 : 0, omitted };
}

/** A wait is worth its words when it is long for a person, or long for this flow. */
export const notable = (waitNs: number, flowNs: number) =>
  waitNs >= 1e9 || (waitNs >= 20e6 && waitNs >= flowNs * 0.1);
