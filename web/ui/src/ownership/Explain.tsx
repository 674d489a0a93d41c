import { useEffect, useState } from 'preact/hooks';
import { api } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { useQuery } from '../data/url.ts';
import { Icon } from '../parts/icons.tsx';
import { Bones } from '../parts/Trouble.tsx';
import { EndpointTable } from '../teams/EndpointTable.tsx';

/** Finds any endpoint and says why it has the owner that it has. What is looked for is in the address. */
export function Explain({ environment }: { environment: string }) {
  const { query, set } = useQuery();
  const wanted = query.get('explain') ?? '';
  const [text, setText] = useState(wanted);
  useEffect(() => setText(wanted), [wanted]);
  useEffect(() => {
    if (text.trim() === wanted) return;
    const timer = setTimeout(() => set({ explain: text.trim() }), 250);
    return () => clearTimeout(timer);
  }, [text, wanted]);
  const ask = { q: wanted, environment: environment || undefined, limit: 20 };
  const got = useResource(wanted ? `explain ${JSON.stringify(ask)}` : null, (s) => api.endpoints(ask, s));
  const list = wanted ? (got.data?.endpoints ?? []) : [];
  return (
    <section class="card" aria-labelledby="explain-title">
      <div class="card-head">
        <h2 id="explain-title">Why this owner?</h2>
      </div>
      <div class="explain-search">
        <span class="field search">
          <Icon name="search" size={14} />
          <input
            id="explain"
            type="search"
            value={text}
            placeholder="Service, operation, topic, queue or host…"
            aria-label="Find an endpoint to explain"
            autoComplete="off"
            spellcheck={false}
            maxLength={256}
            onInput={(e) => setText(e.currentTarget.value)}
          />
          {text === '' && <kbd aria-hidden="true">/</kbd>}
        </span>
      </div>
      {!wanted && (
        <p class="side-note muted">
          Each owner can be explained: the rules, catalogue entries and attributes that matched, which of them
          decided, and rules that missed by one field.
        </p>
      )}
      {got.problem && <p class="side-note muted">{got.problem.detail}</p>}
      {wanted && !got.data && !got.problem && <Bones rows={3} height={36} />}
      {wanted && got.data && !got.stale && list.length === 0 && (
        <p class="side-note muted">
          No endpoint has “{wanted}” in its service, operation, destination or host.
        </p>
      )}
      {list.length > 0 && <EndpointTable list={list} label="Endpoints found" showOwner />}
      {wanted && got.data?.next_cursor && (
        <p class="side-note muted">There are more; write a longer part of the name.</p>
      )}
    </section>
  );
}
