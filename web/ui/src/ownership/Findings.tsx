import type { OwnerSaying, Ownership } from '../data/api.ts';
import { carry, useQuery } from '../data/url.ts';
import { count, plural } from '../parts/format.ts';
import { TeamName } from '../parts/TeamName.tsx';
import { capital } from '../parts/words.ts';
import { nameOf } from '../teams/rule.ts';
import { fileName, where } from './findings.ts';

function Place({ file, line, column }: { file: string; line: number; column?: number }) {
  if (!file) return null;
  return (
    <span class="mono muted place" title={where({ file, line, column })}>
      {where({ file: fileName(file), line, column })}
    </span>
  );
}

function Saying({ s }: { s: OwnerSaying }) {
  return (
    <li>
      <TeamName id={s.team} none="nobody" />{' '}
      <span class="soft">
        {s.source === 'rule'
          ? 'says a rule'
          : `says ${s.source === 'attribute' ? 'attribute ' : ''}${s.origin}`}
      </span>{' '}
      <Place file={s.file} line={s.line} />
      {s.decides && <span class="tag">decides</span>}
    </li>
  );
}

export function Conflicts({ data }: { data: Ownership }) {
  const list = data.conflicts;
  return (
    <section class="card" aria-labelledby="conflicts-title">
      <div class="card-head">
        <h2 id="conflicts-title">Sources that disagree</h2>
        <span class="grow" />
        <span class="muted num">{data.conflict_count ? count(data.conflict_count) : ''}</span>
      </div>
      {list.length === 0 && (
        <p class="side-note muted">None: wherever two sources speak, they name the same team.</p>
      )}
      <ul class="rows">
        {list.map((d) => (
          <li key={d.says.map((s) => s.source + s.origin + s.file + s.line).join()}>
            <p>
              <strong>{[...new Set(d.examples.map(nameOf))].join(', ')}</strong>{' '}
              <span class="muted num">
                {plural(d.endpoint_count, 'endpoint')}
                {d.failures_caused > 0 && `, ${plural(d.failures_caused, 'failure')}`}
              </span>
            </p>
            <ul class="says">
              {d.says.map((s) => (
                <Saying key={s.source + s.origin + s.file + s.line} s={s} />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function IdleRules({ data }: { data: Ownership }) {
  const { idle_rules: rules } = data;
  return (
    <section class="card" aria-labelledby="idle-title">
      <div class="card-head">
        <h2 id="idle-title">Rules that decide nothing</h2>
        <span class="grow" />
        <span class="muted num">
          {data.rules ? `${count(data.idle_rule_count)} of ${count(data.rules)}` : ''}
        </span>
      </div>
      {rules.length === 0 && (
        <p class="side-note muted">
          {data.rules === 0
            ? 'There are no rules yet.'
            : 'None: every rule decides for at least one endpoint.'}
        </p>
      )}
      <ul class="rows">
        {rules.map((r) => (
          <li key={`${r.file}:${r.number}`}>
            <p>
              <code>{r.match}</code> <TeamName id={r.owner || null} none="nobody" />{' '}
              <span class={`tag ${r.reason}`}>{r.reason}</span>
            </p>
            <p class="muted">
              {capital(r.detail)}. <Place file={r.file} line={r.line} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function IdleTeams({ data }: { data: Ownership }) {
  const { query } = useQuery();
  return (
    <section class="card" aria-labelledby="teams-title">
      <div class="card-head">
        <h2 id="teams-title">Teams that own nothing</h2>
        <span class="grow" />
        <span class="muted num">
          {data.teams ? `${count(data.idle_team_count)} of ${count(data.teams)}` : ''}
        </span>
      </div>
      {data.idle_teams.length === 0 && (
        <p class="side-note muted">
          {data.teams === 0 ? 'No source declares a team yet.' : 'None: every declared team owns something.'}
        </p>
      )}
      <ul class="rows">
        {data.idle_teams.map((t) => (
          <li key={t.id}>
            <a class="row-name" href={carry(`/teams/${encodeURIComponent(t.id)}`, query)}>
              <TeamName id={t.id} />
            </a>{' '}
            <Place file={t.file} line={t.line} />
          </li>
        ))}
      </ul>
    </section>
  );
}
