import { useEffect, useState } from 'preact/hooks';
import { useRoute } from 'preact-iso';
import { api, type SpanTable } from '../data/api.ts';
import { type Resource, useResource } from '../data/resource.ts';
import { needTeams } from '../data/teams.ts';
import { carry, useQuery } from '../data/url.ts';
import { Copy } from '../parts/Copy.tsx';
import { duration, plural } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { Ago } from '../parts/Time.tsx';
import { Verdict } from '../parts/Verdict.tsx';
import { SpansCard } from '../waterfall/SpansCard.tsx';

/** A trace of a batch is in many flows; so many are enough to see which ended badly. */
const few = 8;

function Flows({ id }: { id: string }) {
  const { query } = useQuery();
  const got = useResource(`flows of ${id}`, (s) => api.flowsOfTrace(id, s));
  const flows = got.data?.flows ?? [];
  const [all, setAll] = useState(false);
  return (
    <section class="card" aria-labelledby="of-title">
      <div class="card-head">
        <h2 id="of-title">
          Part of {got.data?.next_cursor && 'more than '}
          {got.data ? plural(flows.length, 'flow') : 'a flow'}
        </h2>
        {flows.length > few && (
          <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `The worst ${few}` : `Show ${flows.length}`}
          </button>
        )}
      </div>
      {got.problem && <p class="side-note muted">{got.problem.detail}</p>}
      {got.data && flows.length === 0 && (
        <p class="side-note muted">No flow yet: the joiner takes a trace up within seconds of its arrival.</p>
      )}
      <ul class="of-flows">
        {flows.slice(0, all ? flows.length : few).map((f) => (
          <li key={f.id}>
            <Verdict status={f.status} />
            <a class="link clip" href={carry(`/flows/${f.id}`, query)}>
              {f.type.operation} <span class="muted">{f.type.service}</span>
            </a>
            <span class="muted mono clip">{f.correlations[0]?.value ?? f.id}</span>
            <span class="grow" />
            <Ago time={f.last_activity} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Head({ id, table }: { id: string; table: Resource<SpanTable> }) {
  const t = table.data;
  return (
    <div class="trace-head">
      <h1>
        Trace <Copy text={id} />
      </h1>
      <span class="soft num">
        {t ? (
          <>
            {plural(t.span_count, 'span')}, {plural(t.services.length, 'service')}, {duration(t.duration_ns)},{' '}
            <Ago time={t.start} />
          </>
        ) : (
          ' '
        )}
      </span>
    </div>
  );
}

function Trace({ id }: { id: string }) {
  const table = useResource(`trace ${id}`, (s) => api.trace(id, s));
  useEffect(() => {
    void needTeams();
    document.title = `Trace ${id.slice(0, 8)} · Baton`;
  }, [id]);
  return (
    <div class="page flow-page">
      <nav class="crumbs" aria-label="Where you are">
        <a class="link" href="/">
          Flows
        </a>
        <Icon name="right" size={11} />
        <span class="muted">Trace</span>
      </nav>
      <Head id={id} table={table} />
      <Flows id={id} />
      <section class="card" id="spans" aria-label="Spans">
        <SpansCard table={table} />
      </section>
    </div>
  );
}

export default function TracePage() {
  const id = useRoute().params.id ?? '';
  return <Trace key={id} id={id} />;
}
