import { useSignalEffect } from '@preact/signals';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { api, type Failure, type Flow } from '../data/api.ts';
import { changes, paused } from '../data/live.ts';
import { useResource } from '../data/resource.ts';
import { needTeams } from '../data/teams.ts';
import { carry, useQuery } from '../data/url.ts';
import { plural } from '../parts/format.ts';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { useKeys } from '../shell/keys.ts';
import { FailureGroups } from './FailureGroups.tsx';
import { FilterBar } from './FilterBar.tsx';
import { FlowTable } from './FlowTable.tsx';
import { isLive, readFilters, searchable, toApi } from './filters.ts';
import { FlowList } from './flowList.ts';
import { Histogram } from './Histogram.tsx';
import { NoFlows } from './NoFlows.tsx';

const list = new FlowList((query, signal) => api.flows(query, signal));

/** The surroundings of the list (chart, groups, counts) follow more slowly: they cost more and change less. */
const surroundingsMs = 4000;

/** Runs at once, and afterwards at most once per `ms`, never losing the last call. */
function useThrottled(run: () => void, ms: number) {
  const latest = useRef(run);
  latest.current = run;
  const state = useRef<{ at: number; timer?: ReturnType<typeof setTimeout> }>({ at: 0 });
  useEffect(() => () => clearTimeout(state.current.timer), []);
  return useCallback(() => {
    const s = state.current;
    clearTimeout(s.timer);
    const go = () => {
      s.at = Date.now();
      latest.current();
    };
    const wait = s.at + ms - Date.now();
    if (wait <= 0) go();
    else s.timer = setTimeout(go, wait);
  }, [ms]);
}

export function FlowsPage() {
  const { query, set } = useQuery();
  const filters = useMemo(() => readFilters(query), [query]);
  const ask = useMemo(() => toApi(filters), [filters]);
  const askKey = JSON.stringify(ask);
  const { q: _q, sort: _sort, ...window } = ask;
  const windowKey = JSON.stringify(window);
  const { status: _status, type: _type, kind: _kind, ...narrow } = window;
  // Failures are listed by who caused them, and nobody is two teams.
  if (narrow.team?.includes(',')) delete narrow.team;

  const chart = useResource(`h${windowKey}`, (s) => api.histogram(window, s));
  const facets = useResource(`f${JSON.stringify([ask.from, ask.to, ask.environment])}`, (s) =>
    api.facets({ from: ask.from, to: ask.to, environment: ask.environment }, s),
  );
  const groups = useResource(`g${JSON.stringify(narrow)}`, (s) => api.failures({ ...narrow, limit: 50 }, s));

  useEffect(() => {
    document.title = 'Flows · Baton';
    void needTeams();
    void list.open(ask);
  }, [askKey]);

  const hovered = useRef(false);
  const reading = () =>
    hovered.current || scrollY > 40 || document.activeElement?.hasAttribute('data-row') === true;
  const surroundings = useThrottled(() => {
    chart.refresh();
    facets.refresh();
    groups.refresh();
  }, surroundingsMs);
  const live = isLive(filters);
  const seen = useRef(changes.peek());
  useSignalEffect(() => {
    const turn = changes.value;
    if (turn === seen.current || paused.value || !live) return;
    seen.current = turn;
    void list.refresh(reading() && list.rows.peek().length > 0);
    surroundings();
  });

  useLayoutEffect(() => {
    if (list.scrollTop > 0 && list.rows.peek().length > 0) scrollTo(0, list.scrollTop);
    const keep = () => {
      list.scrollTop = scrollY;
    };
    addEventListener('scroll', keep, { passive: true });
    return () => removeEventListener('scroll', keep);
  }, []);

  const release = () => {
    list.release();
    scrollTo({ top: 0 });
  };
  useKeys({
    '/': () => document.getElementById('search')?.focus(),
    p: () => {
      paused.value = !paused.value;
    },
    '.': release,
  });

  const chosen = useCallback(
    (f: Failure) => filters.q !== '' && filters.q === groupQuery(f) && filters.status.join() === f.status,
    [filters],
  );
  const choose = (f: Failure) =>
    set(chosen(f) ? { q: '', status: '' } : { q: groupQuery(f), status: f.status });
  const href = useCallback((flow: Flow) => carry(`/flows/${flow.id}`, query), [query]);
  const more = useCallback(() => void list.more(), []);

  const rows = list.rows.value;
  const problem = list.problem.value;
  const failures = groups.data?.failures ?? [];
  return (
    <div class="page flows">
      <h1 class="sr">Flows</h1>
      <FilterBar filters={filters} facets={facets.data} set={set} />
      <div class="flows-grid">
        <section class="card groups-card" aria-labelledby="groups-title">
          <div class="card-head">
            <h2 id="groups-title">What is failing</h2>
            <span class="grow" />
            <span class="muted num">{groups.data ? plural(failures.length, 'cause') : ''}</span>
          </div>
          {groups.problem && <p class="side-note muted">{groups.problem.detail}</p>}
          {!groups.data && !groups.problem && <Bones rows={5} height={84} />}
          {groups.data && failures.length === 0 && (
            <p class="side-note muted">Nothing failed, stalled or ran slow in this time.</p>
          )}
          <FailureGroups failures={failures} chosen={chosen} choose={choose} />
        </section>
        <section class={`card list-card ${list.stale.value ? 'stale' : ''}`} aria-label="Flows">
          <Histogram data={chart.data} choose={(from, to) => set({ from, to })} />
          {list.waiting.value > 0 && (
            <button type="button" class="waiting" onClick={release}>
              {plural(list.waiting.value, 'new flow')} <kbd>.</kbd>
            </button>
          )}
          {problem && rows.length === 0 ? (
            <Trouble problem={problem} retry={() => void list.open(ask, true)}>
              <a class="btn" href="/">
                Clear all filters
              </a>
            </Trouble>
          ) : rows.length > 0 ? (
            <FlowTable
              rows={rows}
              complete={list.complete.value}
              href={href}
              more={more}
              busy={(on) => {
                hovered.current = on;
              }}
            />
          ) : list.loading.value ? (
            <Bones rows={14} height={50} />
          ) : (
            <NoFlows filters={filters} set={set} />
          )}
        </section>
      </div>
    </div>
  );
}

/** Flows are found by the words that all of a group share; the service is the fallback when there are none. */
function groupQuery(f: Failure): string {
  const words = searchable(f.culprit.reason);
  return words.length >= 6 ? words : f.culprit.service;
}
