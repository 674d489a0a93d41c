import { useEffect } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { api, type Failure, type TeamDetail } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { needTeams, teamName, teams } from '../data/teams.ts';
import { carry, readWindow, useQuery } from '../data/url.ts';
import { FailureGroups } from '../flows/FailureGroups.tsx';
import { WindowBar } from '../flows/WindowBar.tsx';
import { Contacts } from '../parts/Contacts.tsx';
import { duration, plural } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { TeamDot } from '../parts/TeamName.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { EndpointTable } from './EndpointTable.tsx';
import { ReportLink } from './ReportLink.tsx';
import { TeamHandoffs } from './TeamHandoffs.tsx';
import { Trend } from './Trend.tsx';
import { useEndpoints } from './useEndpoints.ts';

/** Groups of failures; a choice opens the flow, or the flows of the group. */
function FailureCard(props: {
  id: string;
  title: string;
  none: string;
  list: Failure[] | undefined;
  problem: string | undefined;
}) {
  const { query } = useQuery();
  const { route } = useLocation();
  const open = (f: Failure) => {
    const [one] = f.sample_flow_ids;
    route(
      one && f.flow_count === 1
        ? carry(`/flows/${one}`, query)
        : carry('/', query, { team: props.id, status: f.status, q: f.culprit.service }),
    );
  };
  const titleId = `failures-${props.title.replace(/\W+/g, '-')}`;
  return (
    <section class="card" aria-labelledby={titleId}>
      <div class="card-head">
        <h2 id={titleId}>{props.title}</h2>
      </div>
      {props.problem && <p class="side-note muted">{props.problem}</p>}
      {!props.list && !props.problem && <Bones rows={3} height={84} />}
      {props.list?.length === 0 && <p class="side-note muted">{props.none}</p>}
      <FailureGroups failures={props.list ?? []} chosen={() => false} choose={open} />
    </section>
  );
}

function Caused({ id }: { id: string }) {
  const { query } = useQuery();
  const ask = { ...readWindow(query), team: id };
  const got = useResource(`failures ${JSON.stringify(ask)}`, (s) => api.failures(ask, s));
  return (
    <FailureCard
      id={id}
      title="Failures it caused"
      none="None in this time."
      list={got.data?.failures}
      problem={got.problem?.detail}
    />
  );
}

function Endpoints({ id }: { id: string }) {
  const { query } = useQuery();
  const { first, list, more } = useEndpoints({ team: id, environment: readWindow(query).environment });
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

function Escalation({ team }: { team: TeamDetail }) {
  const { query } = useQuery();
  const to = (id: string) =>
    teams.value.has(id) ? (
      <a class="link" href={carry(`/teams/${encodeURIComponent(id)}`, query)}>
        {teamName(id)}
      </a>
    ) : (
      id
    );
  return (
    <>
      {team.parent && <span class="soft">part of {to(team.parent)}</span>}
      {team.escalation.map((step) => (
        <span key={step.to + step.after_ns} class="soft">
          after {duration(step.after_ns)}: {to(step.to)}
        </span>
      ))}
    </>
  );
}

function TeamView({ id }: { id: string }) {
  const { query } = useQuery();
  const window = readWindow(query);
  const key = JSON.stringify(window);
  const got = useResource(`team ${id} ${key}`, (s) => api.team(id, window, s));
  const figures = useResource(`figures ${id} ${key}`, (s) => api.teamFigures(id, window, s));
  const team = got.data;
  useEffect(() => {
    void needTeams();
    document.title = `${team?.name ?? id} · Baton`;
  }, [team, id]);
  return (
    <div class="page flow-page">
      <div class="title-row">
        <nav class="crumbs" aria-label="Where you are">
          <a class="link" href={carry('/teams', query)}>
            Teams
          </a>
          <Icon name="right" size={11} />
          <span class="muted">{id}</span>
        </nav>
        <span class="grow" />
        <WindowBar />
      </div>
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
                <Escalation team={team} />
                <span class="soft">
                  {plural(team.endpoint_count, 'endpoint')} of {plural(team.services.length, 'service')}
                  {team.services.length > 0 && `: ${team.services.join(', ')}`}
                </span>
              </>
            )}
            <span class="grow" />
            <span class="head-actions">
              <ReportLink team={id} />
              <a class="btn" href={carry('/', query, { team: id })}>
                Its flows
              </a>
            </span>
          </div>
          {figures.data ? (
            <Trend figures={figures.data} />
          ) : (
            <div class="card">
              {figures.problem ? (
                <p class="side-note muted">{figures.problem.detail}</p>
              ) : (
                <Bones rows={1} height={124} />
              )}
            </div>
          )}
          <div class="team-grid">
            <div class="column">
              <Caused id={id} />
              <FailureCard
                id={id}
                title="Failures it suffered"
                none="None in this time: whatever failed here, the team caused itself."
                list={figures.data?.suffered}
                problem={figures.problem?.detail}
              />
            </div>
            <div class="column">
              <TeamHandoffs id={id} />
              <Endpoints id={id} />
            </div>
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
