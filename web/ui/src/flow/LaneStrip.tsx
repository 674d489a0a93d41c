import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { FlowDetail } from '../data/api.ts';
import { teamName } from '../data/teams.ts';
import { duration, plural } from '../parts/format.ts';
import { Icon, KindIcon } from '../parts/icons.tsx';
import { TeamDot } from '../parts/TeamName.tsx';
import { type Edge, layLanes, type Node, notable } from './lanes.ts';

const box = { w: 158, h: 40 };
const pitch = { x: 198, y: 52 };
const pad = { x: 14, y: 6 };

const left = (n: Node) => pad.x + n.column * pitch.x;
const top = (n: Node) => pad.y + n.lane * pitch.y;

/** Beside the arrow's end, on the side from which its line does not come. */
const waitTop = ({ from, to }: Edge) => top(to) + box.h / 2 + (from.lane > to.lane ? -19 : 3);

/** From the right side of one hop to the left side of the next; a hand-off ends in an arrow. */
function path({ from, to }: Edge): string {
  const x1 = left(from) + box.w;
  const y1 = top(from) + box.h / 2;
  const x2 = left(to) - 1;
  const y2 = top(to) + box.h / 2;
  if (y1 === y2) return `M${x1} ${y1}H${x2}`;
  // The turn is made just before the target, so that long edges run along their own lane.
  const turn = x2 - 22;
  const r = 9;
  const dir = y2 > y1 ? 1 : -1;
  return `M${x1} ${y1}H${turn - r}Q${turn} ${y1} ${turn} ${y1 + dir * r}V${y2 - dir * r}Q${turn} ${y2} ${turn + r} ${y2}H${x2}`;
}

function HopBox({ node, pick }: { node: Node; pick: (n: Node) => void }) {
  const { hop } = node;
  const channel = hop.parties.find((p) => p.role === 'channel');
  const said = [
    `${hop.kind} ${hop.operation}`,
    `at ${node.service}`,
    node.team ? `owned by ${teamName(node.team)}` : 'no owner',
    channel ? `through ${channel.service}${channel.team ? ` of ${teamName(channel.team)}` : ''}` : '',
    node.culprit ? 'the culprit' : hop.outcome,
    hop.error ?? '',
  ];
  return (
    <button
      type="button"
      class={`hop ${node.failed ? 'failed' : ''} ${node.culprit ? 'culprit' : ''} ${node.shared ? 'shared' : ''}`}
      style={{ transform: `translate(${left(node)}px, ${top(node)}px)` }}
      title={said.filter(Boolean).join('\n')}
      onClick={() => pick(node)}
    >
      <span class="hop-line">
        <KindIcon kind={hop.kind} size={12} />
        <strong class="clip">{node.service}</strong>
        {node.times > 1 && <span class="tag">×{node.times}</span>}
        {node.failed && <Icon name="failed" size={12} />}
      </span>
      <span class="hop-line">
        {channel?.team && channel.team !== node.team && <TeamDot id={channel.team} />}
        <span class="clip soft">{hop.operation}</span>
        <span class="grow" />
        <span class="sr">{said.slice(2).filter(Boolean).join(', ')}, </span>
        <span class="muted num">
          {hop.attempts > 1 ? `${hop.attempts} tries` : duration(node.durationNs)}
        </span>
      </span>
    </button>
  );
}

/** The way of the work from team to team, in time order from left to right. */
export function LaneStrip({ flow, pick }: { flow: FlowDetail; pick: (trace: string, span: string) => void }) {
  const lanes = useMemo(() => layLanes(flow.hops, flow.culprit), [flow]);
  const scroller = useRef<HTMLDivElement>(null);
  const culprit = lanes.nodes.find((n) => n.culprit);
  useLayoutEffect(() => {
    const el = scroller.current;
    if (el && culprit) el.scrollLeft = Math.max(0, left(culprit) - el.clientWidth * 0.6);
  }, [culprit]);
  const width = Math.max(1, lanes.columns) * pitch.x + pad.x;
  const height = lanes.teams.length * pitch.y;
  const handoffs = lanes.edges.filter((e) => e.handoff).length;
  return (
    <section class="card" aria-labelledby="lanes-title">
      <div class="card-head">
        <h2 id="lanes-title">From team to team</h2>
        <span class="muted">
          {plural(flow.hop_count, 'hop')}, {plural(handoffs, 'hand-off')},{' '}
          {plural(lanes.teams.filter(Boolean).length, 'team')}
        </span>
        {lanes.omitted > 0 && <span class="muted">· {plural(lanes.omitted, 'hop')} not drawn</span>}
      </div>
      <div class="lanes">
        <ul class="lane-names" aria-label="Lanes">
          {lanes.teams.map((team) => (
            <li key={team ?? ''} style={{ height: `${pitch.y}px` }}>
              <TeamDot id={team} />
              {team ? (
                <a class="clip" href={`/teams/${encodeURIComponent(team)}`}>
                  {teamName(team)}
                </a>
              ) : (
                <span class="muted">No owner</span>
              )}
            </li>
          ))}
        </ul>
        <div class="lane-scroll" ref={scroller} role="region" aria-label="Hops in time order">
          <div class="lane-field" style={{ width: `${width}px`, height: `${height}px` }}>
            {lanes.teams.slice(1).map((team, i) => (
              <div
                key={team ?? ''}
                class="lane-line"
                style={{ transform: `translateY(${(i + 1) * pitch.y - 1}px)` }}
              />
            ))}
            <svg width={width} height={height} aria-hidden="true">
              <defs>
                <marker
                  id="arrow"
                  viewBox="0 0 8 8"
                  refX="7"
                  refY="4"
                  markerWidth="7"
                  markerHeight="7"
                  orient="auto"
                >
                  <path d="M0.5 0.5 7.5 4 0.5 7.5z" class="arrow" />
                </marker>
              </defs>
              {lanes.edges.map((e) => (
                <path
                  key={`${e.from.key}${e.to.key}`}
                  class={`edge ${e.handoff ? 'handoff' : ''} ${e.to.failed ? 'failed' : ''}`}
                  d={path(e)}
                  marker-end={e.handoff ? 'url(#arrow)' : undefined}
                />
              ))}
            </svg>
            {lanes.edges
              .filter((e) => notable(e.waitNs, flow.duration_ns))
              .map((e) => (
                <span
                  key={`w${e.to.key}`}
                  class="wait num"
                  style={{ transform: `translate(calc(${left(e.to) - 5}px - 100%), ${waitTop(e)}px)` }}
                  title="Time between the two sides: on the network, or in the queue"
                >
                  {duration(e.waitNs)}
                </span>
              ))}
            {lanes.nodes.map((n) => (
              <HopBox key={n.key} node={n} pick={(x) => pick(x.hop.trace_id, x.hop.span_id)} />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}
