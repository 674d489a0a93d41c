import type { FlowDetail, Join } from '../data/api.ts';
import { carry } from '../data/url.ts';
import { Icon } from '../parts/icons.tsx';
import { Ago } from '../parts/Time.tsx';
import { Verdict } from '../parts/Verdict.tsx';

/** One sentence on why a trace belongs to the flow. */
export function because({ because: b }: Join): string {
  if (b.key) return `the same ${b.key} = ${b.value ?? ''}`;
  if (b.link) return 'a span link';
  if (b.message) return `the message ${b.message}`;
  return 'a reason this page does not know';
}

function JoinReason({ join, query }: { join: Join; query: URLSearchParams }) {
  const b = join.because;
  if (b.link) {
    const [trace = '', span = ''] = b.link.split('/');
    return (
      <>
        a span link to{' '}
        <a class="link mono" href={`/traces/${trace}${span ? `?span=${span}` : ''}`}>
          {trace.slice(0, 8)}…/{span}
        </a>
      </>
    );
  }
  if (b.key) {
    return (
      <>
        the same {b.key}{' '}
        <a
          class="link mono"
          href={carry('/', query, { q: `${b.key}=${b.value ?? ''}`, from: 'now-24h', to: null })}
        >
          {b.value}
        </a>
      </>
    );
  }
  return (
    <>
      the message <span class="mono">{b.message}</span>
    </>
  );
}

/** Why these traces are one flow; the reader may doubt it, so every join is shown. */
export function WhyJoined({ flow, query }: { flow: FlowDetail; query: URLSearchParams }) {
  const reasons = new Map<string, Join[]>();
  for (const j of flow.joins) reasons.set(j.trace_id, [...(reasons.get(j.trace_id) ?? []), j]);
  return (
    <section class="card" aria-labelledby="joins-title">
      <div class="card-head">
        <h2 id="joins-title">Why these traces are one flow</h2>
      </div>
      <ol class="joins">
        {flow.trace_ids.map((id, i) => (
          <li key={id}>
            <span class="muted num n">{i + 1}</span>
            <a class="link mono" href={`/traces/${id}`} title={id}>
              {id.slice(0, 16)}…
            </a>
            <span class="soft join-why">
              {i === 0 && !reasons.has(id) ? (
                'where the flow begins'
              ) : (
                <>
                  <Icon name="link" size={12} />{' '}
                  {(reasons.get(id) ?? []).map((j, k) => (
                    <span key={k}>
                      {k > 0 && ' and '}
                      <JoinReason join={j} query={query} />
                    </span>
                  ))}
                  {!reasons.has(id) && 'a parent span in an earlier trace'}
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** How the verdict came about; late spans may heal a flow. */
export function Revisions({ flow }: { flow: FlowDetail }) {
  const list = [...flow.revisions].reverse();
  return (
    <section class="card" aria-labelledby="revisions-title">
      <div class="card-head">
        <h2 id="revisions-title">Verdicts so far</h2>
      </div>
      <ol class="revisions">
        {list.map((r, i) => {
          const before = list[i + 1];
          const healed = before && ['failed', 'stalled'].includes(before.status) && r.status === 'completed';
          return (
            <li key={r.revision} title={`Revision ${r.revision}`}>
              <span class="muted num n">{list.length - i}</span>
              <Verdict status={r.status} />
              {healed && <span class="tag">healed</span>}
              <span class="soft clip grow">{r.reason ?? ''}</span>
              <Ago time={r.at} />
            </li>
          );
        })}
      </ol>
    </section>
  );
}
