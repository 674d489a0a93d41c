import type { FoundSpan } from '../data/api.ts';
import { carry, useQuery } from '../data/url.ts';
import { duration } from '../parts/format.ts';
import { Ago } from '../parts/Time.tsx';
import { text } from '../waterfall/Attributes.tsx';
import { identity } from './spanSearch.ts';

/** The window of a search is not that of a flow's page: only the environment goes along. */
function toSpan(path: string, span: FoundSpan, query: URLSearchParams): string {
  return carry(path, query, { from: null, to: null, span: span.span_id });
}

function Row({ span, query }: { span: FoundSpan; query: URLSearchParams }) {
  const trace = toSpan(`/traces/${span.trace_id}`, span, query);
  const flow = span.flow_id && toSpan(`/flows/${span.flow_id}`, span, query);
  return (
    <tr>
      <td class="num">
        <Ago time={span.start} />
      </td>
      <td>
        <a class="row-name" href={flow || trace}>
          {span.name}
        </a>
        <div class="muted">
          {span.service || 'no service'} · {span.span_kind}
          {span.error && <span class="err-text"> · error</span>}
        </div>
      </td>
      <td class="found-matched mono">
        {span.matched.map((m) => (
          <div key={m.key} class="clip" title={`${m.key}=${text(m.type, m.value)} (${m.place})`}>
            <span class="muted">{m.key}=</span>
            {text(m.type, m.value)}
          </div>
        ))}
      </td>
      <td class="num r">{duration(span.duration_ns)}</td>
      <td>
        {flow ? (
          <a class="link" href={flow} aria-label={`Flow of ${span.name}`}>
            Flow
          </a>
        ) : (
          <span class="muted">–</span>
        )}{' '}
        <a class="link" href={trace} aria-label={`Trace of ${span.name}`}>
          Trace
        </a>
      </td>
    </tr>
  );
}

/** What was found, the newest first. */
export function Found({ rows }: { rows: FoundSpan[] }) {
  const { query } = useQuery();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="scroll-x" tabIndex={0} aria-label="Found spans">
      <table class="table found">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Span</th>
            <th scope="col">Matched</th>
            <th scope="col" class="r">
              Duration
            </th>
            <th scope="col">Open</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((s) => (
            <Row key={identity(s)} span={s} query={query} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
