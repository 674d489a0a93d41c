import { status } from '../data/status.ts';
import { carry } from '../data/url.ts';
import { CodeBlock } from '../parts/Copy.tsx';
import { parse, withWhere } from '../spans/where.ts';
import type { BarProps } from './FilterBar.tsx';
import type { Filters } from './filters.ts';

const host = location.hostname;

const example = () => {
  const now = Date.now();
  const span = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    name: 'POST /orders',
    kind: 2,
    startTimeUnixNano: `${now - 120}000000`,
    endTimeUnixNano: `${now}000000`,
    attributes: [{ key: 'correlation.id', value: { stringValue: 'order-1001' } }],
    status: { code: 2, message: 'it broke' },
  };
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'order-api' } }] };
  const body = { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] };
  return `curl -X POST http://${host}:4318/v1/traces -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
};

const environment = () => `OTEL_EXPORTER_OTLP_ENDPOINT=http://${host}:4317
OTEL_EXPORTER_OTLP_PROTOCOL=grpc     # or http/protobuf with port 4318`;

/** The list is empty: either nothing was ever sent, and this teaches how, or the filters leave nothing. */
export function NoFlows({ filters, set }: { filters: Filters; set: BarProps['set'] }) {
  const filtered =
    filters.q ||
    filters.team ||
    filters.type ||
    filters.kind ||
    filters.environment ||
    filters.status.length > 0;
  if (filtered) {
    return (
      <div class="notice">
        <h2>No flow fits these filters</h2>
        <p>Look at a longer time, or take the filters away one by one.</p>
        <div class="actions">
          <button
            type="button"
            class="btn primary"
            onClick={() => set({ q: '', team: '', type: '', kind: '', environment: '', status: '' })}
          >
            Clear the filters
          </button>
          <button type="button" class="btn" onClick={() => set({ from: 'now-24h', to: '' })}>
            Look at 24 hours
          </button>
          {filters.q.includes('=') && (
            <a
              class="btn"
              href={carry(withWhere('/spans', [parse(filters.q)]), new URLSearchParams(location.search))}
            >
              Search the spans
            </a>
          )}
        </div>
      </div>
    );
  }
  const version = status.value?.version;
  return (
    <div class="notice teach">
      <h2>No flows yet</h2>
      <p>
        Baton listens for OpenTelemetry traces and joins them into business flows by correlation id, span link
        and message. This page shows the first flow within a second of its last span.
      </p>
      <h3>See it work: a simulated order estate, beside this server</h3>
      <CodeBlock label="Commands that start the demo" code={'make build\nbin/baton demo'} />
      <h3>Send your own: point any OpenTelemetry SDK or collector here</h3>
      <CodeBlock label="Environment of an OpenTelemetry SDK" code={environment()} />
      <h3>Or try a single span by hand</h3>
      <CodeBlock label="A failed span with curl" code={example()} />
      <p class="muted">
        Older flows?{' '}
        <button type="button" class="link" onClick={() => set({ from: 'now-24h', to: '' })}>
          Look at the last 24 hours
        </button>
        . Whether spans arrive is on the{' '}
        <a class="link" href="/status">
          status page
        </a>
        {version ? ` (Baton ${version})` : ''}.
      </p>
    </div>
  );
}
