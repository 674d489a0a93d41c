import { useEffect } from 'preact/hooks';
import { api, type Handoff } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { needTeams, teamName } from '../data/teams.ts';
import { carry, readWindow, useQuery } from '../data/url.ts';
import { WindowBar } from '../flows/WindowBar.tsx';
import { count, duration, plural } from '../parts/format.ts';
import { TeamName } from '../parts/TeamName.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { TeamTabs } from '../teams/TeamTabs.tsx';
import { failedShare, heat, type Measure, matrix, measures, readMeasure, share } from './matrix.ts';

function text(h: Handoff, by: Measure): string {
  if (by === 'count') return count(h.count);
  if (by === 'failed') return share(failedShare(h));
  return h.wait_count > 0 ? duration(h.wait_p50_ns) : '–';
}

const side = (id: string | null) => (id ? teamName(id) : 'nobody');

function describe(h: Handoff): string {
  const waits =
    h.wait_count > 0
      ? `; half wait less than ${duration(h.wait_p50_ns)}, 95 % less than ${duration(h.wait_p95_ns)}`
      : '';
  return `${side(h.from_team)} to ${side(h.to_team)}: ${plural(h.count, 'hand-off')} (${h.kinds.join(', ')}), ${count(h.failed)} failed${waits}`;
}

function Cell({ h, by, list, query }: { h: Handoff; by: Measure; list: Handoff[]; query: URLSearchParams }) {
  const teams = [h.from_team, h.to_team].filter(Boolean).join(',');
  return (
    <td
      class={`heat ${by === 'failed' ? 'bad' : ''}`}
      style={{ '--heat': `${Math.round(heat(h, by, list) * 100)}%` }}
    >
      <a href={carry('/', query, { team: teams })} title={describe(h)}>
        {text(h, by)}
        <span class="sr">. {describe(h)}</span>
        {by !== 'failed' && h.failed > 0 && <small>{count(h.failed)} failed</small>}
      </a>
    </td>
  );
}

function Heatmap({ list, by, query }: { list: Handoff[]; by: Measure; query: URLSearchParams }) {
  const m = matrix(list);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="scroll-x" tabIndex={0} aria-label="Hand-offs by team">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col" class="corner">
              <span class="muted">from ↓ to →</span>
            </th>
            {m.to.map((id) => (
              <th key={id} scope="col">
                <TeamName id={id || null} none="Nobody" />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {m.from.map((from) => (
            <tr key={from}>
              <th scope="row">
                <TeamName id={from || null} none="Nobody" />
              </th>
              {m.to.map((to) => {
                const h = m.cell(from, to);
                return h ? (
                  <Cell key={to} h={h} by={by} list={list} query={query} />
                ) : (
                  <td key={to} class={from === to ? 'same' : ''} />
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export default function HandoffsPage() {
  const { query, set } = useQuery();
  const window = readWindow(query);
  const by = readMeasure(query.get('by'));
  const got = useResource(`handoffs ${JSON.stringify(window)}`, (s) => api.handoffs(window, s));
  useEffect(() => {
    document.title = 'Hand-offs · Baton';
    void needTeams();
  }, []);
  const data = got.data;
  return (
    <div class="page flow-page">
      <div class="title-row">
        <h1>Hand-offs</h1>
        <TeamTabs here="handoffs" />
        <span class="grow" />
        <WindowBar />
      </div>
      <section class="card" aria-labelledby="matrix-title">
        <div class="card-head">
          <h2 id="matrix-title">Who hands to whom</h2>
          <span class="grow" />
          <fieldset class="measures">
            <legend class="sr">What the cells show</legend>
            {measures.map(([m, name]) => (
              <button
                key={m}
                type="button"
                class="btn"
                aria-pressed={by === m}
                onClick={() => set({ by: m === 'count' ? '' : m })}
              >
                {name}
              </button>
            ))}
          </fieldset>
        </div>
        {got.problem ? (
          <Trouble problem={got.problem} retry={got.refresh} />
        ) : !data ? (
          <Bones rows={8} height={44} />
        ) : data.handoffs.length === 0 ? (
          <div class="notice">
            <h2>No hand-offs in this time</h2>
            <p>
              A hand-off is a call or a message between endpoints of different owners. Either no flow of this
              time went from one team to another, or nothing has an owner yet: see{' '}
              <a class="link" href={carry('/ownership', query)}>
                Ownership
              </a>
              .
            </p>
          </div>
        ) : (
          <div class={got.stale ? 'stale' : ''}>
            <Heatmap list={data.handoffs} by={by} query={query} />
            <p class="side-note muted">
              {data.complete
                ? `All ${plural(data.flow_count, 'flow')} of this time are counted.`
                : `Counted in ${plural(data.measured_flows, 'flow')} of ${count(data.flow_count)}; the others say nothing of hand-offs.`}{' '}
              A hand-off is a call or a message whose two sides have different owners. Wait is the time from
              sending until the other side took up; half waited less. A cell opens the flows that both teams
              touched.
            </p>
          </div>
        )}
      </section>
    </div>
  );
}
