import { useSignalEffect } from '@preact/signals';
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api, type FlowDetail } from '../data/api.ts';
import { changes } from '../data/live.ts';
import { useResource } from '../data/resource.ts';
import { needTeams } from '../data/teams.ts';
import { carry, useQuery } from '../data/url.ts';
import { Icon } from '../parts/icons.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { capital } from '../parts/words.ts';
import { useKeys } from '../shell/keys.ts';
import { SpansCard } from '../waterfall/SpansCard.tsx';
import { Facts } from './Facts.tsx';
import { Headline } from './Headline.tsx';
import { LaneStrip } from './LaneStrip.tsx';
import { because, Revisions, WhyJoined } from './Story.tsx';

/** Flows that ended longer ago than this are not asked for again at every change elsewhere. */
const settledMs = 10 * 60_000;
const refreshMs = 3000;

/** Keeps an open flow up to date while it may still change. */
function useFollow(flow: FlowDetail | undefined, refresh: () => void) {
  const seen = useRef(changes.peek());
  const last = useRef(0);
  useSignalEffect(() => {
    const turn = changes.value;
    if (turn === seen.current || !flow) return;
    seen.current = turn;
    const recent = Date.now() - Date.parse(flow.last_activity) < settledMs || flow.status === 'running';
    if (!recent || Date.now() - last.current < refreshMs) return;
    last.current = Date.now();
    refresh();
  });
}

function Flow({ id }: { id: string }) {
  const { query, set } = useQuery();
  const { route } = useLocation();
  const flow = useResource(`flow ${id}`, (s) => api.flow(id, s));
  const data = flow.data;
  // The spans are asked for again only when the flow has grown or was judged anew, if only between the first two answers.
  const spans = useResource(`spans ${id}`, (s) => api.flowSpans(id, s));
  const known = useRef('');
  useEffect(() => {
    if (!data || !spans.data) return;
    const state = `${data.revision} ${data.span_count}`;
    if (state === known.current) return;
    const first = known.current === '';
    known.current = state;
    if (!first || spans.data.span_count < data.span_count) spans.refresh();
  }, [data, spans]);
  useFollow(data, flow.refresh);
  useEffect(() => {
    void needTeams();
    document.title = data ? `${capital(data.status)}: ${data.type.operation} · Baton` : 'Flow · Baton';
  }, [data]);
  // Ids stay valid after merges; the address shows the one that is current.
  useEffect(() => {
    if (data && data.id !== id) route(carry(`/flows/${data.id}`, query), true);
  }, [data, id, query, route]);

  const list = carry('/', query, {});
  useKeys({ u: () => route(list) });
  const why = useMemo(() => {
    const reasons = new Map(data?.joins.map((j) => [j.trace_id, `Joined by ${because(j)}`]));
    return (trace: string) => reasons.get(trace) ?? '';
  }, [data]);
  const showSpan = useCallback(
    (_trace: string, span: string) => {
      set({ span });
      document.getElementById('spans')?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    },
    [set],
  );

  return (
    <div class="page flow-page">
      <nav class="crumbs" aria-label="Where you are">
        <a class="link" href={list}>
          Flows
        </a>
        <Icon name="right" size={11} />
        <span class="mono muted">{data?.correlations[0]?.value ?? id}</span>
      </nav>
      {flow.problem ? (
        <div class="card">
          <Trouble problem={flow.problem} retry={flow.refresh}>
            <a class="btn" href={list}>
              All flows
            </a>
          </Trouble>
        </div>
      ) : data ? (
        <>
          <Headline flow={data} evidence={showSpan} />
          <Facts flow={data} query={query} />
          {data.truncated && (
            <p class="wf-note">This flow is too large to be read whole: its first spans are shown.</p>
          )}
          <LaneStrip flow={data} pick={showSpan} />
        </>
      ) : (
        <div class="card">
          <Bones rows={1} height={96} />
          <Bones rows={1} height={56} />
          <Bones rows={4} height={64} />
        </div>
      )}
      {!flow.problem && (
        <section class="card" id="spans" aria-label="Spans of all traces">
          <SpansCard table={spans} why={why} />
        </section>
      )}
      {data && (
        <div class="story">
          <WhyJoined flow={data} query={query} />
          <Revisions flow={data} />
        </div>
      )}
    </div>
  );
}

export default function FlowPage() {
  const id = useRoute().params.id ?? '';
  return <Flow key={id} id={id} />;
}
