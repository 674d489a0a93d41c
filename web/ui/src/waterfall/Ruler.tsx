import { useRef, useState } from 'preact/hooks';
import { duration } from '../parts/format.ts';
import type { Waterfall } from './state.ts';

/** The time axis. Dragging across it zooms in; folded rests say how long they are. */
export function Ruler({ wf }: { wf: Waterfall }) {
  const box = useRef<HTMLDivElement>(null);
  const [drag, setDrag] = useState<{ a: number; b: number } | null>(null);
  const width = wf.width.value;
  const view = wf.view.value;
  const x = (ns: number) => ((wf.scale.value.at(ns) - view.from) / (view.to - view.from)) * width;
  const share = (e: PointerEvent) => {
    const r = box.current!.getBoundingClientRect();
    return Math.max(0, Math.min(1, (e.clientX - r.left) / r.width));
  };
  const finish = () => {
    if (drag && Math.abs(drag.a - drag.b) * width > 6) {
      const size = view.to - view.from;
      const [lo, hi] = drag.a < drag.b ? [drag.a, drag.b] : [drag.b, drag.a];
      wf.view.value = { from: view.from + lo * size, to: view.from + hi * size };
    }
    setDrag(null);
  };
  return (
    <div
      class="wf-ticks num"
      ref={box}
      aria-hidden="true"
      title="Drag to zoom, double-click to see all"
      onPointerDown={(e) => {
        e.currentTarget.setPointerCapture(e.pointerId);
        setDrag({ a: share(e), b: share(e) });
      }}
      onPointerMove={(e) => drag && setDrag({ ...drag, b: share(e) })}
      onPointerUp={finish}
      onDblClick={() => {
        wf.view.value = { from: 0, to: 1 };
      }}
    >
      {wf.ticks.value
        .filter((t) => t.x < width - 48)
        .map((t) => (
          <span key={t.ns} style={{ transform: `translateX(${Math.round(t.x)}px)` }}>
            {t.ns === 0 ? '0' : duration(t.ns)}
          </span>
        ))}
      {wf.scale.value.gaps.map((g) => {
        const left = x(g.from);
        const size = x(g.to) - left;
        return (
          <span
            key={`gap${g.from}`}
            class="wf-gap"
            title={`Nothing begins or ends for ${duration(g.to - g.from)}; the axis is folded here`}
            style={{ transform: `translateX(${left}px)`, width: `${size}px` }}
          >
            {size > 46 ? `⋯ ${duration(g.to - g.from)}` : '⋯'}
          </span>
        );
      })}
      {drag && (
        <span
          class="wf-brush"
          style={{
            transform: `translateX(${Math.min(drag.a, drag.b) * width}px)`,
            width: `${Math.abs(drag.a - drag.b) * width}px`,
          }}
        />
      )}
    </div>
  );
}
