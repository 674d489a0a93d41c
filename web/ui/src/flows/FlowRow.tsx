import type { Flow } from '../data/api.ts';
import { duration, plural } from '../parts/format.ts';
import { KindIcon } from '../parts/icons.tsx';
import { TeamDots, TeamName } from '../parts/TeamName.tsx';
import { Ago } from '../parts/Time.tsx';
import { Verdict } from '../parts/Verdict.tsx';
import { capital, verdictClass } from '../parts/words.ts';

/** The names of the columns, in order; the head and the cells share one grid. */
export const columns = ['Status', 'What failed', 'Owner', 'Flow', 'Teams', 'When'];

function What({ flow }: { flow: Flow }) {
  const c = flow.culprit;
  if (!c) {
    return (
      <>
        <span class="clip soft">
          {plural(flow.hop_count, 'hop')} across {plural(flow.trace_count, 'trace')}
        </span>
        <span class="clip muted">{plural(flow.span_count, 'span')}</span>
      </>
    );
  }
  return (
    <>
      <span class="clip what">
        <KindIcon kind={c.kind} />
        <strong>{c.between ? c.between.join(' → ') : c.service}</strong>
        <span class="soft clip">{c.operation}</span>
      </span>
      <span class="clip reason" title={c.reason}>
        {c.reason}
      </span>
    </>
  );
}

export function FlowRow({
  flow,
  index,
  href,
  top,
}: {
  flow: Flow;
  index: number;
  href: string;
  top: number;
}) {
  const c = flow.culprit;
  const key = flow.correlations[0];
  const name = `${capital(flow.status)}: ${flow.type.operation} of ${flow.type.service}`;
  return (
    <div
      role="row"
      class={`flow-row ${verdictClass(flow.status)}`}
      aria-rowindex={index + 2}
      data-flow={flow.id}
      style={{ transform: `translateY(${top}px)` }}
    >
      <div role="cell" class="c-status">
        <a class="row-link" href={href} data-row={index} aria-label={name}>
          <Verdict status={flow.status} />
        </a>
      </div>
      <div role="cell" class="c-what">
        <What flow={flow} />
      </div>
      <div role="cell" class="c-owner">
        {c ? <TeamName id={c.team} /> : <span class="muted">–</span>}
      </div>
      <div role="cell" class="c-flow">
        <span class="clip">
          {flow.type.operation} <span class="muted">{flow.type.service}</span>
        </span>
        <span class="clip muted mono" title={flow.correlations.map((x) => `${x.key}=${x.value}`).join('\n')}>
          {key ? `${key.key}=${key.value}` : flow.id}
        </span>
      </div>
      <div role="cell" class="c-teams">
        <TeamDots ids={flow.teams} />
        {flow.environment && <span class="clip muted">{flow.environment}</span>}
      </div>
      <div role="cell" class="c-when">
        <Ago time={flow.failed_at ?? flow.last_activity} />
        <span class="muted num">{duration(flow.duration_ns)}</span>
      </div>
    </div>
  );
}
