import { useState } from 'preact/hooks';
import { api, type Endpoint } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { CodeBlock } from '../parts/Copy.tsx';
import { count, plural } from '../parts/format.ts';
import { KindIcon } from '../parts/icons.tsx';
import { TeamName } from '../parts/TeamName.tsx';
import { Ago } from '../parts/Time.tsx';
import { Bones } from '../parts/Trouble.tsx';
import { OwnerHistory } from './OwnerHistory.tsx';
import { nameOf, ruleFor } from './rule.ts';

/** Who owns it and why: every candidate that was considered, and the rule that would change it. */
export function Explanation({ endpoint, rule = true }: { endpoint: Endpoint; rule?: boolean }) {
  const got = useResource(`owner ${endpoint.id}`, (s) => api.owner(endpoint.id, s));
  const why = got.data;
  if (got.problem) return <p class="side-note muted">{got.problem.detail}</p>;
  if (!why) return <Bones rows={1} height={44} />;
  return (
    <div class="explain">
      <p>
        {why.detail || 'Nothing names an owner.'}
        {why.conflict && <strong> Sources of the same authority disagree.</strong>}
      </p>
      {why.candidates.length > 0 && (
        <ol>
          {why.candidates.map((c) => (
            <li key={c.team + c.source + c.detail}>
              <TeamName id={c.team} /> <span class="soft">by {c.source}</span>{' '}
              <span class="muted">{c.detail}</span>
              {c.decided && <span class="tag">decided</span>}
            </li>
          ))}
        </ol>
      )}
      {why.near_misses.length > 0 && (
        <details>
          <summary>{plural(why.near_misses.length, 'near miss', 'near misses')}</summary>
          <ul>
            {why.near_misses.map((line) => (
              <li key={line} class="muted">
                {line}
              </li>
            ))}
          </ul>
        </details>
      )}
      {rule && !why.team && (
        <CodeBlock label="Rule for ownership.yaml" code={`rules:\n${ruleFor(endpoint)}`} />
      )}
      <OwnerHistory id={endpoint.id} />
    </div>
  );
}

function Row({ e, showOwner }: { e: Endpoint; showOwner: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr>
        <td>
          <span class="what">
            <KindIcon kind={e.kind} />
            <strong class="clip">{nameOf(e)}</strong>
          </span>
        </td>
        <td>
          {e.operation}
          {[e.destination, e.workflow, e.host].map(
            (more) => more && more !== e.operation && <span class="muted"> {more}</span>,
          )}
        </td>
        <td class="soft">
          {e.kind} {e.role}
          {e.system && <span class="muted"> {e.system}</span>}
        </td>
        {showOwner && (
          <td>
            <TeamName id={e.owner} />
          </td>
        )}
        <td class="r num">{count(e.span_count)}</td>
        <td class={`r num ${e.error_count > 0 ? 'err-text' : 'muted'}`}>{count(e.error_count)}</td>
        <td class="r muted">
          <Ago time={e.last_seen} />
        </td>
        <td class="r">
          <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {e.owner ? 'Why?' : 'Own it'}
          </button>
        </td>
      </tr>
      {open && (
        <tr class="explain-row">
          <td colSpan={showOwner ? 8 : 7}>
            <Explanation endpoint={e} />
          </td>
        </tr>
      )}
    </>
  );
}

export function EndpointTable({
  list,
  label,
  showOwner = false,
}: {
  list: Endpoint[];
  label: string;
  showOwner?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="scroll-x" tabIndex={0} aria-label={label}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">Operation</th>
            <th scope="col">Kind and role</th>
            {showOwner && <th scope="col">Owner</th>}
            <th scope="col" class="r">
              Spans, 24 h
            </th>
            <th scope="col" class="r">
              Errors
            </th>
            <th scope="col" class="r">
              Seen
            </th>
            <th scope="col" class="r">
              <span class="sr">Explanation</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((e) => (
            <Row key={e.id} e={e} showOwner={showOwner} />
          ))}
        </tbody>
      </table>
    </section>
  );
}
