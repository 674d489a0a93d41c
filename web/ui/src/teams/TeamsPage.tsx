import { useEffect } from 'preact/hooks';
import { api, type Team, type TeamList } from '../data/api.ts';
import { type Resource, useResource } from '../data/resource.ts';
import { status } from '../data/status.ts';
import { learnTeams } from '../data/teams.ts';
import { carry, readWindow, useQuery } from '../data/url.ts';
import { WindowBar } from '../flows/WindowBar.tsx';
import { Contacts } from '../parts/Contacts.tsx';
import { CodeBlock } from '../parts/Copy.tsx';
import { count, plural } from '../parts/format.ts';
import { TeamName } from '../parts/TeamName.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { ReportLink } from './ReportLink.tsx';
import { TeamTabs } from './TeamTabs.tsx';

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

export default function TeamsPage() {
  const { query } = useQuery();
  const window = readWindow(query);
  const got = useResource(`teams ${JSON.stringify(window)}`, (s) => api.teams(window, s));
  useEffect(() => {
    document.title = 'Teams · Baton';
    if (got.data) learnTeams(got.data.teams);
  }, [got.data]);
  const error = status.value?.ownership.error;
  return (
    <div class="page">
      <div class="title-row">
        <h1>Teams</h1>
        <TeamTabs here="teams" />
        <span class="muted num">{got.data ? plural(got.data.teams.length, 'team') : ''}</span>
        {got.data && got.data.unowned.endpoint_count > 0 && (
          <a class="link" href={carry('/ownership', query)}>
            {plural(got.data.unowned.endpoint_count, 'endpoint')} without an owner
          </a>
        )}
        <span class="grow" />
        <ReportLink />
        <WindowBar />
      </div>
      {error && <p class="wf-note">The last change of the ownership file was not taken: {error}</p>}
      <div class="card">
        <List got={got} query={query} />
      </div>
    </div>
  );
}
