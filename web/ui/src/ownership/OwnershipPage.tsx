import { useEffect } from 'preact/hooks';
import { api } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { needTeams } from '../data/teams.ts';
import { readWindow, useQuery } from '../data/url.ts';
import { WindowBar } from '../flows/WindowBar.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { useKeys } from '../shell/keys.ts';
import { Coverage } from './Coverage.tsx';
import { Explain } from './Explain.tsx';
import { Conflicts, IdleRules, IdleTeams } from './Findings.tsx';
import { Sources } from './Sources.tsx';
import { UnownedCard } from './Unowned.tsx';

/** Files change while someone mends them, and what they change should be seen without a reload. */
const refreshMs = 5000;

export default function OwnershipPage() {
  const { query } = useQuery();
  const window = readWindow(query);
  const got = useResource(`ownership ${JSON.stringify(window)}`, (s) => api.ownership(window, s));
  const data = got.data;
  useEffect(() => {
    document.title = 'Ownership · Baton';
    void needTeams();
  }, []);
  useEffect(() => {
    // Counted from the answer, so that a slow server is never asked while it still works.
    if (got.loading) return;
    const timer = setInterval(() => document.hidden || got.refresh(), refreshMs);
    return () => clearInterval(timer);
  }, [got.loading]);
  useKeys({ '/': () => document.getElementById('explain')?.focus() });
  return (
    <div class="page flow-page">
      <div class="title-row">
        <h1>Ownership</h1>
        <span class="grow" />
        <WindowBar />
      </div>
      {got.problem && (
        <div class="card">
          <Trouble problem={got.problem} retry={got.refresh} />
        </div>
      )}
      {!data && !got.problem && (
        <div class="card">
          <Bones rows={10} height={44} />
        </div>
      )}
      {data && !got.problem && (
        <>
          <Coverage coverage={data.coverage} />
          <div class="ownership-grid">
            <div class="column">
              <UnownedCard data={data} />
              <Explain environment={window.environment ?? ''} />
            </div>
            <div class="column">
              <Sources data={data} />
              <Conflicts data={data} />
              <IdleRules data={data} />
              <IdleTeams data={data} />
            </div>
          </div>
        </>
      )}
    </div>
  );
}
