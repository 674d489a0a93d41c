import { useState } from 'preact/hooks';
import type { Ownership, Unowned } from '../data/api.ts';
import { CodeBlock } from '../parts/Copy.tsx';
import { count, plural } from '../parts/format.ts';
import { KindIcon } from '../parts/icons.tsx';
import { TeamName } from '../parts/TeamName.tsx';
import { Explanation } from '../teams/EndpointTable.tsx';
import { nameOf } from '../teams/rule.ts';
import { rulesToPaste } from './findings.ts';

function Row({ u }: { u: Unowned }) {
  const [open, setOpen] = useState(false);
  const e = u.endpoint;
  const id = `own-${e.id}`;
  return (
    <>
      <tr>
        <td>
          <span class="what">
            <KindIcon kind={e.kind} />
            <strong class="clip">{nameOf(e)}</strong>
          </span>
          <span class="muted">
            {e.operation} · {e.kind} {e.role}
          </span>
        </td>
        <td class={`r num ${u.failures_caused > 0 ? 'err-text' : 'muted'}`}>{count(u.failures_caused)}</td>
        <td class="r num">{count(e.span_count)}</td>
        <td>
          {u.on_purpose ? (
            <span class="tag" title="A source says that nobody owns it">
              unowned on purpose
            </span>
          ) : u.proposal ? (
            <>
              <TeamName id={u.proposal.team} />{' '}
              <span class="muted num" title="All evidence together">
                {Math.round(u.proposal.confidence * 100)} %
              </span>
              <div class="muted">{u.proposal.evidence[0]}</div>
            </>
          ) : (
            <span class="muted">nothing speaks for a team</span>
          )}
        </td>
        <td class="r">
          <button
            type="button"
            class="link"
            aria-expanded={open}
            aria-controls={open ? id : undefined}
            onClick={() => setOpen(!open)}
          >
            Own it<span class="sr">: {nameOf(e)}</span>
          </button>
        </td>
      </tr>
      {open && (
        <tr class="explain-row" id={id}>
          <td colSpan={5}>
            <div class="explain">
              {u.proposal && (
                <ul class="evidence">
                  {u.proposal.evidence.map((line) => (
                    <li key={line}>{line}</li>
                  ))}
                </ul>
              )}
              <CodeBlock label={`Rule for ${nameOf(e)}`} code={`rules:\n${u.rule}`} />
              {u.proposal?.catalog_info && (
                <details>
                  <summary>As an entity of Backstage</summary>
                  <CodeBlock label={`catalog-info.yaml for ${nameOf(e)}`} code={u.proposal.catalog_info} />
                </details>
              )}
              <Explanation endpoint={e} rule={false} />
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

export function UnownedCard({ data }: { data: Ownership }) {
  const { unowned, unowned_count } = data;
  return (
    <section class="card" aria-labelledby="unowned-title">
      <div class="card-head">
        <h2 id="unowned-title">Without an owner</h2>
        <span class="grow" />
        <span class="muted num">{plural(unowned_count, 'endpoint')}</span>
      </div>
      {data.coverage.endpoints.total === 0 ? (
        <p class="side-note muted">
          No endpoint was seen yet. Send spans, and they are listed here within seconds.
        </p>
      ) : unowned.length === 0 ? (
        <div class="notice">
          <h2>Everything has an owner</h2>
          <p>Every endpoint that Baton has seen is matched by a rule, a catalogue or names its team.</p>
        </div>
      ) : (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
          <section class="scroll-x" tabIndex={0} aria-label="Endpoints without an owner">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Endpoint</th>
                  <th scope="col" class="r">
                    Failures caused
                  </th>
                  <th scope="col" class="r">
                    Spans
                  </th>
                  <th scope="col">Probably</th>
                  <th scope="col" class="r">
                    <span class="sr">Rule and explanation</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {unowned.map((u) => (
                  <Row key={u.endpoint.id} u={u} />
                ))}
              </tbody>
            </table>
          </section>
          {unowned_count > unowned.length && (
            <p class="side-note muted">The worst {count(unowned.length)} are shown.</p>
          )}
          {unowned.some((u) => !u.on_purpose) && (
            <div class="paste">
              <p class="soft">
                Paste this at the end of your ownership file and check the teams; the last rule that matches
                wins.
              </p>
              <CodeBlock label="Rules for everything unowned" code={rulesToPaste(unowned)} />
            </div>
          )}
        </>
      )}
    </section>
  );
}
