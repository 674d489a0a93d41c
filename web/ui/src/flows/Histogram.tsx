import { useMemo, useState } from 'preact/hooks';
import type { Histogram as Data } from '../data/api.ts';
import { clock, count } from '../parts/format.ts';
import { verdictClass } from '../parts/words.ts';
import { bucketCount, describe, layers, totals } from './bars.ts';

/** Flows by verdict over time. Dragging across it chooses that time. */
export function Histogram({
  data,
  choose,
}: {
  data: Data | undefined;
  choose: (from: string, to: string) => void;
}) {
  const [hover, setHover] = useState(-1);
  const [anchor, setAnchor] = useState(-1);
  const drawn = useMemo(() => (data ? layers(data) : []), [data]);
  const sum = useMemo(() => (data ? totals(data).reduce((a, b) => a + b, 0) : 0), [data]);
  const n = data ? bucketCount(data) : 0;

  const bucketAt = (e: PointerEvent & { currentTarget: EventTarget & SVGSVGElement }) => {
    const box = e.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(n - 1, Math.floor(((e.clientX - box.left) / box.width) * n)));
  };
  const finish = () => {
    if (data && anchor >= 0 && hover >= 0 && anchor !== hover) {
      const a = describe(data, Math.min(anchor, hover)).from;
      const b = describe(data, Math.max(anchor, hover)).to;
      choose(new Date(a).toISOString(), new Date(b).toISOString());
    }
    setAnchor(-1);
  };

  const from = data ? Date.parse(data.from) : 0;
  const to = data ? Date.parse(data.to) : 0;
  const said = data && hover >= 0 ? describe(data, hover) : null;
  const lo = anchor < 0 ? hover : Math.min(anchor, hover);
  const hi = anchor < 0 ? hover : Math.max(anchor, hover);

  return (
    <figure class="histogram">
      <figcaption>
        {said ? (
          <>
            <span class="num soft">
              {clock(said.from)} – {clock(said.to)}
            </span>
            {said.parts.map(([status, c]) => (
              <span key={status} class={`verdict ${verdictClass(status)}`}>
                {count(c)} {status}
              </span>
            ))}
            {said.parts.length === 0 && <span class="muted">no flows</span>}
          </>
        ) : (
          <span class="soft">{data ? `${count(sum)} flows by verdict` : 'Flows by verdict'}</span>
        )}
      </figcaption>
      <svg
        viewBox={`0 0 ${Math.max(1, n)} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label="Flows over time by verdict. The counts are in the status filters above."
        onPointerMove={(e) => setHover(bucketAt(e))}
        onPointerLeave={() => {
          setHover(-1);
          setAnchor(-1);
        }}
        onPointerDown={(e) => setAnchor(bucketAt(e))}
        onPointerUp={finish}
      >
        {hover >= 0 && <rect class="brush" x={lo} y="0" width={hi - lo + 1} height="100" />}
        {drawn.map(({ status, path }) => (
          <path key={status} class={verdictClass(status)} d={path} />
        ))}
      </svg>
      <div class="axis num">
        <span>{data ? clock(from, false) : ' '}</span>
        <span>{data ? clock((from + to) / 2, false) : ' '}</span>
        <span>{data ? clock(to, false) : ' '}</span>
      </div>
    </figure>
  );
}
