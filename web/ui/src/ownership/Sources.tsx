import type { OwnerProblem, OwnerSource, Ownership } from '../data/api.ts';
import { CodeBlock } from '../parts/Copy.tsx';
import { plural } from '../parts/format.ts';
import { Ago } from '../parts/Time.tsx';
import { where } from './findings.ts';

const level = (health: string) => (health === 'ok' ? 'ok' : health === 'waiting' ? 'warn' : 'bad');

function ProblemLine({ p }: { p: OwnerProblem }) {
  return (
    <li>
      <span class="mono">{where(p)}</span>
      <div>
        {p.what}
        {p.remedy && <span class="soft"> — {p.remedy}</span>}
      </div>
    </li>
  );
}

function Row({ s }: { s: OwnerSource }) {
  return (
    <li>
      <p class="source-head">
        <span class="health" data-level={level(s.health)}>
          <span class="dot" />
          {s.health}
        </span>
        <strong class="clip" title={s.place}>
          {s.name}
        </strong>
        <span class="tag">{s.type}</span>
        <span class="grow" />
        <span class="muted num">
          {plural(s.teams, 'team')}, {plural(s.claims, s.type === 'ownership' ? 'rule' : 'claim')}
        </span>
      </p>
      {s.place !== s.name && <p class="mono muted">{s.place}</p>}
      {s.health === 'broken' && (
        <p class="soft">
          {s.since && (
            <>
              Broken since <Ago time={s.since} />.{' '}
            </>
          )}
          {s.good ? (
            <>
              What it said <Ago time={s.good} /> still counts.
            </>
          ) : (
            'It was never whole, so nothing of it counts.'
          )}
        </p>
      )}
      {s.problems.length > 0 && (
        <ul class="problems">
          {s.problems.map((p) => (
            <ProblemLine key={where(p) + p.what} p={p} />
          ))}
        </ul>
      )}
    </li>
  );
}

const first = `sources:
  - type: backstage
    path: catalog/**/catalog-info.yaml
  - type: codeowners
    path: .github/CODEOWNERS
    services: {"src/*/": "*"}`;

/** Where owners come from and how each source is: file, line, what is wrong and how to mend it. */
export function Sources({ data }: { data: Ownership }) {
  return (
    <section class="card" aria-labelledby="sources-title">
      <div class="card-head">
        <h2 id="sources-title">Sources</h2>
        <span class="grow" />
        <span class="muted" title="The order in which sources are asked">
          {data.authority.join(' → ')}
        </span>
      </div>
      {data.sources.length === 0 && (
        <div class="notice">
          <p>
            No source is configured, so only attributes on spans (<code>service.owner.name</code>,{' '}
            <code>team</code>, <code>owner</code>) name teams. Start Baton with{' '}
            <code>BATON_OWNERSHIP=ownership.yaml</code>; that file can also name the catalogues you have:
          </p>
          <CodeBlock label="Sources for ownership.yaml" code={first} />
        </div>
      )}
      <ul class="rows">
        {data.sources.map((s) => (
          <Row key={s.name} s={s} />
        ))}
      </ul>
      {data.warnings.length > 0 && (
        <details class="warnings">
          <summary>{plural(data.warnings.length, 'warning')}</summary>
          <ul class="problems">
            {data.warnings.map((p) => (
              <ProblemLine key={where(p) + p.what} p={p} />
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
