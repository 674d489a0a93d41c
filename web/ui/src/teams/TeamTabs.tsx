import { carry, useQuery } from '../data/url.ts';

/** The two views of all teams: one by one, and what goes from one to the other. */
export function TeamTabs({ here }: { here: 'teams' | 'handoffs' }) {
  const { query } = useQuery();
  return (
    <nav class="tabs" aria-label="Teams">
      <a href={carry('/teams', query)} aria-current={here === 'teams' ? 'page' : undefined}>
        Teams
      </a>
      <a href={carry('/handoffs', query)} aria-current={here === 'handoffs' ? 'page' : undefined}>
        Hand-offs
      </a>
    </nav>
  );
}
