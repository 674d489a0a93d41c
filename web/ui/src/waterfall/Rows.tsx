import { count, duration } from '../parts/format.ts';
import { Icon, KindIcon } from '../parts/icons.tsx';
import { TeamDot } from '../parts/TeamName.tsx';
import { flag, has, kinds, opensTrace, spanKinds } from './spans.ts';
import { rowHeight, type Waterfall } from './state.ts';

/** Deeper rows share the last step of indentation: the name must stay readable. */
const deepest = 14;

export const rowId = (row: number) => `span-row-${row}`;

function Row({ wf, row, position, why }: { wf: Waterfall; row: number; position: number; why: string }) {
  const s = wf.spans;
  const children = s.end[row]! - row - 1;
  const folded = children > 0 && wf.folded.value[row] === 1 && !wf.fit.value;
  const error = s.status[row] === 2;
  const culprit = has(s, row, flag.culprit);
  const opens = opensTrace(s, row);
  const team = s.teams[s.team[row]!];
  const service = s.services[s.service[row]!] ?? '';
  const name = s.names[s.name[row]!] ?? '';
  return (
    <div
      role="row"
      id={rowId(row)}
      aria-level={s.depth[row]! + 1}
      aria-expanded={children > 0 ? !folded : undefined}
      aria-selected={wf.active.value === row}
      aria-rowindex={position + 1}
      class={`wf-row ${opens ? 'opens' : ''} ${culprit ? 'culprit' : ''}`}
      data-row={row}
      style={{ transform: `translateY(${position * rowHeight}px)` }}
    >
      <div role="gridcell" class="wf-name">
        <span style={{ flex: 'none', width: `${Math.min(deepest, s.depth[row]!) * 13}px` }} />
        <span class={`twist ${folded ? '' : 'open'}`} data-twist={children > 0 ? '' : undefined}>
          {children > 0 && <Icon name="right" size={11} />}
        </span>
        <TeamDot id={team?.id ?? null} />
        {opens && row > 0 && (
          <span class="muted" title={why || 'A trace begins here'}>
            <Icon name="link" size={12} />
          </span>
        )}
        <KindIcon kind={kinds[s.kind[row]!] ?? 'internal'} size={12} />
        <span class="svc clip">{service}</span>
        <span class={`clip ${error ? 'err' : 'soft'}`}>{name}</span>
        {folded && <span class="tag hidden-n">+{count(children)}</span>}
        {error && (
          <span class="err" title="Error">
            <Icon name="failed" size={12} />
          </span>
        )}
        <span class="sr">
          {team ? `team ${team.name || team.id}` : 'no owner'}, {spanKinds[s.spanKind[row]!]},{' '}
          {culprit ? 'culprit, ' : ''}
          {error ? 'error, ' : ''}
        </span>
      </div>
      <div role="gridcell" class="sr">
        {duration(s.duration[row]!)}
      </div>
    </div>
  );
}

/** The rows that are seen, as real elements: selectable, searchable by the browser, and read by screen readers. */
export function Rows({ wf, why }: { wf: Waterfall; why: (trace: string) => string }) {
  const { first, count: many } = wf.window.value;
  const rows = wf.rows.value;
  const out = [];
  for (let p = first; p < first + many; p++) {
    const row = rows[p]!;
    out.push(
      <Row key={row} wf={wf} row={row} position={p} why={why(wf.spans.traces[wf.spans.trace[row]!] ?? '')} />,
    );
  }
  return (
    <div role="rowgroup" class="wf-rows" style={{ height: `${rows.length * rowHeight}px` }}>
      {out}
    </div>
  );
}
