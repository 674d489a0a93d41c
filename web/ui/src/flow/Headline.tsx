import type { Culprit, FlowDetail } from '../data/api.ts';
import { teamName, teams } from '../data/teams.ts';
import { Contacts } from '../parts/Contacts.tsx';
import { duration } from '../parts/format.ts';
import { Icon, isIcon } from '../parts/icons.tsx';
import { TeamDot } from '../parts/TeamName.tsx';
import { capital, happened, verdictClass } from '../parts/words.ts';
import { roleOf } from './role.ts';

interface Props {
  flow: FlowDetail;
  evidence: (trace: string, span: string) => void;
}

function Owner({ id }: { id: string | null }) {
  const team = id ? teams.value.get(id) : undefined;
  if (!id) {
    return (
      <div class="owner">
        <span class="owner-label muted">Owner</span>
        <span class="owner-name">
          <TeamDot id={null} /> Nobody
        </span>
        <a class="link" href="/ownership">
          Write a rule for it
        </a>
      </div>
    );
  }
  return (
    <div class="owner">
      <span class="owner-label muted">Owner</span>
      <a class="owner-name" href={`/teams/${encodeURIComponent(id)}`}>
        <TeamDot id={id} /> {teamName(id)}
      </a>
      {team && <Contacts team={team} />}
    </div>
  );
}

/** Who else it may have been, when the verdict is not sure. */
function Others({ of, evidence }: { of: Culprit[]; evidence: Props['evidence'] }) {
  if (of.length === 0) return null;
  return (
    <span>
      If not, then{' '}
      {of.slice(0, 3).map((a, i) => (
        <span key={`${a.endpoint_id} ${a.role}`}>
          {i > 0 && ', '}
          <button type="button" class="link" title={a.reason} onClick={() => evidence(a.trace_id, a.span_id)}>
            {a.service || a.operation}
          </button>{' '}
          ({roleOf(a)}, {a.team ? teamName(a.team) : 'owned by nobody'})
        </span>
      ))}
    </span>
  );
}

/** The answer to the three questions, as one sentence and one owner. */
export function Headline({ flow, evidence }: Props) {
  const c = flow.culprit;
  const owned = c?.team ? teamName(c.team) : null;
  return (
    <section class={`headline ${verdictClass(flow.status)}`} aria-label="Verdict">
      <span class="headline-mark">
        <Icon name={isIcon(flow.status) ? flow.status : 'cancelled'} size={20} />
      </span>
      <div class="headline-text">
        {c ? (
          <h1>
            {happened(flow.status)} at <strong>{c.between ? c.between.join(' → ') : c.service}</strong>{' '}
            <span class="soft">({roleOf(c)})</span>:{' '}
            <span class="why">{c.reason || 'no reason was given'}</span>{' '}
            <span class="soft">— {owned ? 'owned by' : 'owned by nobody'}</span>
            {owned && <strong> {owned}</strong>}
          </h1>
        ) : (
          <h1>
            {capital(flow.status)} {flow.status === 'running' ? 'for' : 'in'} {duration(flow.duration_ns)}
            <span class="soft">
              {' '}
              — {flow.type.operation} of {flow.type.service}
            </span>
          </h1>
        )}
        {c && (
          <p class="headline-foot soft">
            <span title={`Rule ${c.rule}`}>
              {c.confidence} confidence, rule {c.rule}
            </span>
            <button type="button" class="link" onClick={() => evidence(c.trace_id, c.span_id)}>
              Show the evidence
            </button>
            {c.confidence !== 'high' && <Others of={c.alternatives ?? []} evidence={evidence} />}
          </p>
        )}
      </div>
      {c && <Owner id={c.team} />}
    </section>
  );
}
