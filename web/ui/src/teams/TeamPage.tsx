import { useEffect } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api, type Failure } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { needTeams, teamName } from '../data/teams.ts';
import { carry, useQuery } from '../data/url.ts';
import { FailureGroups } from '../flows/FailureGroups.tsx';
import { Contacts } from '../parts/Contacts.tsx';
import { plural } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { TeamDot } from '../parts/TeamName.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { EndpointTable } from './EndpointTable.tsx';
import { useEndpoints } from './useEndpoints.ts';

function Failures({ id }: { id: string }) {
  const { query } = useQuery();
  const { route } = useLocation();
  const window = { from: query.get('from') ?? undefined, to: query.get('to') ?? undefined };
  const got = useResource(`failures ${id} ${JSON.stringify(window)}`, (s) =>
    api.failures({ ...window, team: id }, s),
  );
  const open = (f: Failure) => {
    const [one] = f.sample_flow_ids;
    route(
      one && f.flow_count === 1
        ? carry(`/flows/${one}`, query)
        : carry('/', query, { team: id, status: f.status, q: f.culprit.service }),
    );
  };
  const list = got.data?.failures ?? [];
  return (
    <section class="card" aria-labelledby="caused-title">
      <div class="card-head">
        <h2 id="caused-title">Failures it caused</h2>
      </div>
      {got.problem && <p class="side-note muted">{got.problem.detail}</p>}
      {!got.data && !got.problem && <Bones rows={3} height={84} />}
      {got.data && list.length === 0 && <p class="side-note muted">None in this time.</p>}
      <FailureGroups failures={list} chosen={() => false} choose={open} />
    </section>
  );
}

function Endpoints({ id }: { id: string }) {
  const { first, list, more } = useEndpoints({ team: id });
  return (
    <section class="card" aria-labelledby="owned-title">
      <div class="card-head">
        <h2 id="owned-title">What it owns</h2>
      </div>
      {first.problem && <Trouble problem={first.problem} retry={first.refresh} />}
      {!first.data && !first.problem && <Bones rows={6} height={36} />}
      {list.length > 0 && <EndpointTable list={list} label="Endpoints of the team" />}
      {first.data && list.length === 0 && (
        <p class="side-note muted">No endpoint that was seen matches a rule of this team.</p>
      )}
      {more && (
        <button type="button" class="btn more" onClick={() => void more()}>
          Show more
        </button>
      )}
    </section>
  );
}

function TeamView({ id }: { id: string }) {
  const { query } = useQuery();
  const got = useResource(`team ${id}`, (s) => api.team(id, {}, s));
  const team = got.data;
  useEffect(() => {
    void needTeams();
    document.title = `${team?.name ?? id} · Baton`;
  }, [team, id]);
  return (
    <div class="page flow-page">
      <nav class="crumbs" aria-label="Where you are">
        <a class="link" href={carry('/teams', query)}>
          Teams
        </a>
        <Icon name="right" size={11} />
        <span class="muted">{id}</span>
      </nav>
      {got.problem ? (
        <div class="card">
          <Trouble problem={got.problem} retry={got.refresh} />
        </div>
      ) : (
        <>
          <div class="team-head">
            <h1>
              <TeamDot id={id} /> {team?.name ?? teamName(id)}
            </h1>
            {team && (
              <>
                <Contacts team={team} />
                <span class="soft">
                  {plural(team.endpoint_count, 'endpoint')} of {plural(team.services.length, 'service')}:{' '}
                  {team.services.join(', ')}
                </span>
              </>
            )}
            <span class="grow" />
            <a class="btn" href={carry('/', query, { team: id })}>
              Its flows
            </a>
          </div>
          <div class="team-grid">
            <Failures id={id} />
            <Endpoints id={id} />
          </div>
        </>
      )}
    </div>
  );
}

export default function TeamPage() {
  const id = useRoute().params.id ?? '';
  return <TeamView key={id} id={id} />;
}
