import { useMemo, useState } from 'preact/hooks';
import type { TeamFigures } from '../data/api.ts';
import { clock, count } from '../parts/format.ts';
import { bucketStart, trendPaths } from './trend.ts';

/** What the team caused and suffered over the window, on one scale, with the sums beside it. */
export function Trend({ figures }: { figures: TeamFigures }) {
  const [hover, setHover] = useState(-1);
  const paths = useMemo(() => trendPaths(figures.trend), [figures]);
  const n = figures.trend.flows.length;
  const at = (e: PointerEvent & { currentTarget: SVGSVGElement }) => {
    const box = e.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(n - 1, Math.floor(((e.clientX - box.left) / box.width) * n)));
  };
  const { flows, caused, suffered } = figures.trend;
  return (
    <section class="card trend" aria-label="Flows and failures over time">
      <dl>
        <div>
          <dt>Flows that came by</dt>
          <dd class="num">{count(figures.flows)}</dd>
        </div>
        <div>
          <dt>Failures caused</dt>
          <dd class={`num ${figures.failures_caused > 0 ? 'err-text' : ''}`}>
            {count(figures.failures_caused)}
          </dd>
        </div>
        <div>
          <dt>Failures suffered from others</dt>
          <dd class="num">{count(figures.failures_suffered)}</dd>
        </div>
      </dl>
      <figure>
        <figcaption class="num soft">
          {hover >= 0
            ? `${clock(bucketStart(figures, hover))}: ${count(flows[hover] ?? 0)} flows, ${count(caused[hover] ?? 0)} caused, ${count(suffered[hover] ?? 0)} suffered`
            : `Caused above the line, suffered below; the highest bar is ${count(paths.most)}`}
        </figcaption>
        <svg
          viewBox={`0 0 ${Math.max(1, n)} 100`}
          preserveAspectRatio="none"
          role="img"
          aria-label={`${figures.failures_caused} failures caused and ${figures.failures_suffered} suffered over the window`}
          onPointerMove={(e) => setHover(at(e))}
          onPointerLeave={() => setHover(-1)}
        >
          {hover >= 0 && <rect class="brush" x={hover} width="1" height="100" />}
          <rect class="middle" y="49.5" width={n} height="1" />
          <path class="caused" d={paths.caused} />
          <path class="suffered" d={paths.suffered} />
        </svg>
        <div class="axis num muted">
          <span>{clock(Date.parse(figures.from), false)}</span>
          <span>{clock(Date.parse(figures.to), false)}</span>
        </div>
      </figure>
    </section>
  );
}
