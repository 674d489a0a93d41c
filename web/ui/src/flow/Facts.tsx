import type { FlowDetail } from '../data/api.ts';
import { carry } from '../data/url.ts';
import { brief, Copy } from '../parts/Copy.tsx';
import { duration, exact, plural } from '../parts/format.ts';
import { Ago } from '../parts/Time.tsx';

/** The line under the verdict: when, how long, how much, and the values to search other systems with. */
export function Facts({ flow, query }: { flow: FlowDetail; query: URLSearchParams }) {
  return (
    <dl class="facts">
      <div>
        <dt>Flow type</dt>
        <dd>
          <a class="link" href={carry('/', query, { type: flow.type.id })}>
            {flow.type.operation}
          </a>{' '}
          <span class="muted">{flow.type.service}</span>
        </dd>
      </div>
      {flow.correlations.map((c) => (
        <div key={c.key + c.value}>
          <dt>{c.key}</dt>
          <dd>
            <Copy text={c.value} show={brief(c.value)} />
          </dd>
        </div>
      ))}
      <div>
        <dt>{flow.failed_at ? 'Failed' : 'Started'}</dt>
        <dd>
          <Ago time={flow.failed_at ?? flow.start} />
        </dd>
      </div>
      <div>
        <dt>Took</dt>
        <dd class="num" title={`From ${exact(flow.start)} to ${exact(flow.last_activity)}`}>
          {duration(flow.duration_ns)}
        </dd>
      </div>
      <div>
        <dt>Size</dt>
        <dd class="num">
          {plural(flow.trace_count, 'trace')}, {plural(flow.hop_count, 'hop')},{' '}
          {plural(flow.span_count, 'span')}
        </dd>
      </div>
      {flow.environment && (
        <div>
          <dt>Environment</dt>
          <dd>{flow.environment}</dd>
        </div>
      )}
      <div>
        <dt>Flow id</dt>
        <dd>
          <Copy text={flow.id} show={brief(flow.id)} />
        </dd>
      </div>
    </dl>
  );
}
