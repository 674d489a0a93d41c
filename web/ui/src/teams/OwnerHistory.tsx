import { api } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { exact } from '../parts/format.ts';
import { TeamName } from '../parts/TeamName.tsx';
import { Ago } from '../parts/Time.tsx';

/** Who owned an endpoint, since when, and which source said so; the newest first. */
export function OwnerHistory({ id }: { id: string }) {
  const got = useResource(`owners ${id}`, (s) => api.ownerHistory(id, s));
  const changes = got.data?.changes;
  if (got.problem) return <p class="muted">{got.problem.detail}</p>;
  if (!changes) return null;
  return (
    <section aria-label="Owners over time">
      <h3>Owners over time</h3>
      {changes.length === 0 && <p class="muted">No owner was recorded yet.</p>}
      <ol class="owners" aria-label="Owners, the newest first">
        {changes.map((c, n) => (
          <li key={c.at + (c.team ?? '')}>
            <TeamName id={c.team} />{' '}
            <span class="soft">
              {n === changes.length - 1 ? 'at first sight, ' : 'since '}
              <Ago time={c.at} />
            </span>{' '}
            <span class="sr">{exact(c.at)}</span>
            {c.source !== 'none' && <span class="soft">by {c.origin || c.source} </span>}
            <span class="muted">{c.detail}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
