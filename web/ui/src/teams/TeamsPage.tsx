import { useEffect } from 'preact/hooks';
import { api, type Team, type TeamList } from '../data/api.ts';
import { type Resource, useResource } from '../data/resource.ts';
import { status } from '../data/status.ts';
import { learnTeams } from '../data/teams.ts';
import { carry, useQuery } from '../data/url.ts';
import { Contacts } from '../parts/Contacts.tsx';
import { CodeBlock } from '../parts/Copy.tsx';
import { count, plural } from '../parts/format.ts';
import { TeamName } from '../parts/TeamName.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { EndpointTable } from './EndpointTable.tsx';
import { rulesFor } from './rule.ts';
import { useEndpoints } from './useEndpoints.ts';

const sample = `teams:
  - id: payments
    name: Payments
    contacts: {slack: "#payments"}
rules:
  - match: {service: "payment*"}
    owner: payments`;

function TeamRow({ team, query }: { team: Team; query: URLSearchParams }) {
  return (
    <tr>
      <td>
        <a class="row-name" href={carry(`/teams/${encodeURIComponent(team.id)}`, query)}>
          <TeamName id={team.id} />
        </a>
      </td>
      <td>
        <Contacts team={team} />
      </td>
      <td class="r num">{count(team.endpoint_count)}</td>
      <td class={`r num ${team.failures_caused > 0 ? 'err-text' : 'muted'}`}>
        {count(team.failures_caused)}
      </td>
    </tr>
  );
}

function List({ got, query }: { got: Resource<TeamList>; query: URLSearchParams }) {
  if (got.problem) return <Trouble problem={got.problem} retry={got.refresh} />;
  if (!got.data) return <Bones rows={8} height={40} />;
  if (got.data.teams.length === 0) {
    return (
      <div class="notice">
        <h2>No teams yet</h2>
        <p>
          Baton knows who owns what from an ownership file. Write one, start Baton with{' '}
          <code>BATON_OWNERSHIP=ownership.yaml</code>, and it is read again whenever it changes.
        </p>
        <CodeBlock label="An ownership.yaml to start with" code={sample} />
      </div>
    );
  }
  const worst = [...got.data.teams].sort(
    (a, b) => b.failures_caused - a.failures_caused || (a.id < b.id ? -1 : 1),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="scroll-x" tabIndex={0} aria-label="Teams">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Team</th>
            <th scope="col">Reach them</th>
            <th scope="col" class="r">
              Endpoints
            </th>
            <th scope="col" class="r">
              Failures caused
            </th>
          </tr>
        </thead>
        <tbody>
          {worst.map((t) => (
            <TeamRow key={t.id} team={t} query={query} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What nobody owns, the busiest first, with the rules that would change it. */
function Unowned({ environment }: { environment: string }) {
  const { first, list, more } = useEndpoints({ owned: 'false', environment: environment || undefined });
  if (first.problem) return <Trouble problem={first.problem} retry={first.refresh} />;
  if (!first.data) return <Bones rows={8} height={36} />;
  if (list.length === 0) {
    return (
      <div class="notice">
        <h2>Everything has an owner</h2>
        <p>Every endpoint that Baton has seen is matched by a rule or names its team.</p>
      </div>
    );
  }
  return (
    <>
      <div class="paste">
        <p class="soft">
          Paste this into your ownership file and put the teams in; rules are read from top to bottom, and the
          last one that matches wins.
        </p>
        <CodeBlock label="Rules for everything unowned" code={rulesFor(list)} />
      </div>
      <EndpointTable list={list} label="Endpoints without an owner" />
      {more && (
        <button type="button" class="btn more" onClick={() => void more()}>
          Show more
        </button>
      )}
    </>
  );
}

export default function TeamsPage() {
  const { query } = useQuery();
  const environment = query.get('environment') ?? '';
  const window = {
    from: query.get('from') ?? undefined,
    to: query.get('to') ?? undefined,
    environment: environment || undefined,
  };
  const got = useResource(`teams ${JSON.stringify(window)}`, (s) => api.teams(window, s));
  const unowned = query.get('tab') === 'unowned';
  useEffect(() => {
    document.title = 'Teams · Baton';
    if (got.data) learnTeams(got.data.teams);
  }, [got.data]);
  const tab = (name: string | null) => carry('/teams', query, { tab: name });
  const error = status.value?.ownership.error;
  return (
    <div class="page">
      <div class="title-row">
        <h1>Teams</h1>
        <nav class="tabs" aria-label="Ownership">
          <a href={tab(null)} aria-current={unowned ? undefined : 'page'}>
            Teams <span class="num muted">{got.data ? got.data.teams.length : ''}</span>
          </a>
          <a href={tab('unowned')} aria-current={unowned ? 'page' : undefined}>
            Without an owner{' '}
            <span class="num muted">
              {got.data ? plural(got.data.unowned.endpoint_count, 'endpoint') : ''}
            </span>
          </a>
        </nav>
      </div>
      {error && <p class="wf-note">The last change of the ownership file was not taken: {error}</p>}
      <div class="card">
        {unowned ? <Unowned environment={environment} /> : <List got={got} query={query} />}
      </div>
    </div>
  );
}
