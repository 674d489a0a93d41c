import { useEffect, useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { api, type SpanQuery } from '../data/api.ts';
import { readWindow, useQuery } from '../data/url.ts';
import { WindowBar } from '../flows/WindowBar.tsx';
import { clock, plural } from '../parts/format.ts';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { useKeys } from '../shell/keys.ts';
import { Found } from './Found.tsx';
import { SearchForm } from './SearchForm.tsx';
import { type Reach, SpanSearch } from './spanSearch.ts';
import { format, readWhere, withWhere } from './where.ts';

const search = new SpanSearch((query, signal) => api.spans(query, signal));

const day = 24 * 3_600_000;

/** moment names a time of the window: the clock is enough within a day. */
const moment = (ms: number, r: Reach) =>
  r.to - r.from < day ? clock(ms) : `${new Date(ms).toLocaleDateString()} ${clock(ms)}`;

function Progress() {
  const r = search.reach.value;
  const n = search.rows.value.length;
  const searching = search.searching.value;
  const percent = Math.floor(search.share.value * 100);
  const found = n === 0 ? 'Nothing' : plural(n, 'span');
  const said = !r
    ? 'Searching…'
    : search.complete.value
      ? `${found} found. All of ${moment(r.from, r)} to ${moment(r.to, r)} was searched.`
      : `${found} found so far. Searched from ${moment(r.to, r)} back to ${moment(r.searched, r)}, to go: back to ${moment(r.from, r)}.`;
  return (
    <div class="search-progress">
      <progress max={100} value={percent} aria-label="Part of the time that was searched" />
      <span role="status" class="soft grow">
        {said}
      </span>
      {searching ? (
        <button type="button" class="btn" onClick={() => search.stop()}>
          Stop
        </button>
      ) : (
        r &&
        !search.complete.value && (
          <button type="button" class="btn primary" onClick={() => void search.more()}>
            {n > 0 ? 'Find more' : 'Go on'}
          </button>
        )
      )}
    </div>
  );
}

function Nothing({ longer }: { longer: (() => void) | null }) {
  return (
    <div class="notice">
      <h2>No span has this</h2>
      <p>
        Values are compared whole and exactly: upper and lower case count, and a part of a value finds
        nothing. The details of any span show its keys and values as they are to be given, and a button beside
        each that searches for it.
      </p>
      {longer && (
        <div class="actions">
          <button type="button" class="btn primary" onClick={longer}>
            Search 24 hours
          </button>
        </div>
      )}
    </div>
  );
}

function Teach() {
  return (
    <div class="notice">
      <h2>Find spans by what they carry</h2>
      <p>
        Give an attribute of a span or of its resource and the value that it has, as in <code>order.id</code>{' '}
        = <code>ORD-1001</code>. With several conditions a span must meet all of them. The fields{' '}
        <code>service</code>, <code>name</code>, <code>status</code> (unset, ok, error) and <code>kind</code>{' '}
        (server, client, producer, consumer, internal) can be named too. A search looks at 24 hours at most.
      </p>
    </div>
  );
}

function Result({ again, longer }: { again: () => void; longer: (() => void) | null }) {
  const rows = search.rows.value;
  const problem = search.problem.value;
  return (
    <>
      {(!problem || rows.length > 0) && <Progress />}
      {problem && (
        <Trouble problem={problem} retry={again}>
          {problem.status === 400 && longer && (
            <button type="button" class="btn" onClick={longer}>
              Search 24 hours
            </button>
          )}
        </Trouble>
      )}
      {rows.length > 0 && <Found rows={rows} />}
      {rows.length === 0 && !problem && search.complete.value && <Nothing longer={longer} />}
      {rows.length === 0 && !problem && search.searching.value && <Bones rows={6} height={50} />}
    </>
  );
}

export default function SpansPage() {
  const { query, set } = useQuery();
  const { route } = useLocation();
  const where = useMemo(() => readWhere(query), [query]);
  const window = readWindow(query);
  const ask: SpanQuery | null = where.length > 0 ? { where: where.map(format), ...window } : null;
  useEffect(() => {
    document.title = 'Spans · Baton';
    void search.open(ask);
    return () => search.stop();
  }, [JSON.stringify(ask)]);
  useKeys({ '/': () => document.getElementById('search')?.focus() });
  const longer = window.from === 'now-24h' && !window.to ? null : () => set({ from: 'now-24h', to: '' });
  return (
    <div class="page flow-page">
      <div class="title-row">
        <h1>Spans</h1>
        <span class="grow" />
        <WindowBar />
      </div>
      <section class="card" aria-label="Search">
        <SearchForm
          where={where}
          search={(conditions) => {
            const next = withWhere(location.pathname + location.search, conditions);
            if (next === location.pathname + location.search) void search.open(ask);
            else route(next);
          }}
        />
      </section>
      <section class="card" aria-label="Result">
        {ask ? <Result again={() => void search.open(ask)} longer={longer} /> : <Teach />}
      </section>
    </div>
  );
}
