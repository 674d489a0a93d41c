import { api, type Handoff } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { carry, readWindow, useQuery } from '../data/url.ts';
import { failedShare, share } from '../handoffs/matrix.ts';
import { count, duration } from '../parts/format.ts';
import { TeamName } from '../parts/TeamName.tsx';
import { Bones } from '../parts/Trouble.tsx';

function Side({
  title,
  list,
  other,
  id,
}: {
  title: string;
  list: Handoff[];
  other: 'from_team' | 'to_team';
  id: string;
}) {
  const { query } = useQuery();
  return (
    <section class="scroll-x" aria-label={title}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{title}</th>
            <th scope="col" class="r">
              Hand-offs
            </th>
            <th scope="col" class="r">
              Failed
            </th>
            <th scope="col" class="r">
              Wait p50
            </th>
            <th scope="col" class="r">
              p95
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map((h) => {
            const team = h[other];
            return (
              <tr key={team ?? ''}>
                <td>
                  <a
                    class="row-name"
                    href={carry('/', query, { team: [id, team].filter(Boolean).join(',') })}
                  >
                    <TeamName id={team} none="Nobody" />
                  </a>
                  <span class="muted kinds"> {h.kinds.join(', ')}</span>
                </td>
                <td class="r num">{count(h.count)}</td>
                <td class={`r num ${h.failed > 0 ? 'err-text' : 'muted'}`}>
                  {count(h.failed)}
                  {h.failed > 0 && <small> {share(failedShare(h))}</small>}
                </td>
                <td class="r num">{h.wait_count ? duration(h.wait_p50_ns) : '–'}</td>
                <td class="r num">{h.wait_count ? duration(h.wait_p95_ns) : '–'}</td>
              </tr>
            );
          })}
          {list.length === 0 && (
            <tr>
              <td colSpan={5} class="muted">
                None in this time.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

/** Who hands to the team and to whom it hands on, with what failed and how long the other side waits. */
export function TeamHandoffs({ id }: { id: string }) {
  const { query } = useQuery();
  const ask = { ...readWindow(query), team: id };
  const got = useResource(`handoffs ${JSON.stringify(ask)}`, (s) => api.handoffs(ask, s));
  const list = got.data?.handoffs ?? [];
  return (
    <section class="card" aria-labelledby="handoffs-title">
      <div class="card-head">
        <h2 id="handoffs-title">Hand-offs</h2>
        <span class="grow" />
        <span class="muted num">
          {got.data &&
            (got.data.complete
              ? `all ${count(got.data.flow_count)} flows`
              : `${count(got.data.measured_flows)} of ${count(got.data.flow_count)} flows`)}
        </span>
      </div>
      {got.problem && <p class="side-note muted">{got.problem.detail}</p>}
      {!got.data && !got.problem && <Bones rows={4} height={36} />}
      {got.data && (
        <div class="sides">
          <Side title="In, from" list={list.filter((h) => h.to_team === id)} other="from_team" id={id} />
          <Side title="Out, to" list={list.filter((h) => h.from_team === id)} other="to_team" id={id} />
        </div>
      )}
    </section>
  );
}
