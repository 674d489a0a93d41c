import { effect } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { hues } from '../data/teams.ts';
import { count } from '../parts/format.ts';
import { hueOf } from '../parts/hues.ts';
import { useKeys } from '../shell/keys.ts';
import { paletteTurn } from '../shell/theme.ts';
import { type Palette, paint, readPalette } from './paint.ts';
import { Rows, rowId } from './Rows.tsx';
import { Ruler } from './Ruler.tsx';
import { rowHeight, rulerHeight, type Waterfall } from './state.ts';
import { Legend, Tools } from './Tools.tsx';
import { positionOf } from './visible.ts';

interface Props {
  wf: Waterfall;
  open: boolean;
  /** Shows the details of a row. */
  show: (row: number) => void;
  why: (trace: string) => string;
}

/** Keeps the canvas as large as what is seen, at the screen's own resolution. */
function useCanvas(wf: Waterfall) {
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const label = useRef<HTMLDivElement>(null);
  const palette = useRef<{ turn: number; hues: unknown; colours: Palette } | null>(null);

  useLayoutEffect(() => {
    const measure = () => {
      const box = host.current;
      if (!box) return;
      wf.height.value = Math.max(rowHeight, box.clientHeight - rulerHeight);
      wf.width.value = Math.max(60, box.clientWidth - (label.current?.offsetWidth ?? 0));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(host.current!);
    measure();
    return () => observer.disconnect();
  }, [wf]);

  // An effect of its own for each waterfall: late spans bring a new one into the same elements.
  useLayoutEffect(
    () =>
      effect(() => {
        const at = wf.window.value;
        const width = wf.width.value;
        const height = wf.height.value;
        const scene = {
          spans: wf.spans,
          rows: wf.rows.value,
          first: at.first,
          offset: wf.scrollTop.value - at.first * rowHeight,
          rowHeight,
          width,
          height,
          scale: wf.scale.value,
          view: wf.view.value,
          ticks: wf.ticks.value.map((t) => t.x),
          fit: wf.fit.value,
        };
        const turn = paletteTurn.value;
        const known = hues.value;
        const el = canvas.current;
        const ctx = el?.getContext('2d');
        if (!el || !ctx || !host.current) return;
        if (palette.current?.turn !== turn || palette.current.hues !== known) {
          const of = wf.spans.teams.map((t) => known.get(t.id) ?? hueOf(t.id));
          palette.current = { turn, hues: known, colours: readPalette(host.current, of) };
        }
        const ratio = devicePixelRatio || 1;
        if (el.width !== Math.round(width * ratio) || el.height !== Math.round(height * ratio)) {
          el.width = Math.round(width * ratio);
          el.height = Math.round(height * ratio);
          el.style.width = `${width}px`;
          el.style.height = `${height}px`;
        }
        ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
        paint(ctx, scene, palette.current.colours);
      }),
    [wf],
  );
  return { host, canvas, label };
}

export function WaterfallView({ wf, open, show, why }: Props) {
  const { host, canvas, label } = useCanvas(wf);

  const follow = () => {
    const top = wf.scrollFor(wf.active.value);
    if (top !== null && host.current) host.current.scrollTop = top;
  };
  const choose = (row: number) => {
    wf.go(row);
    // The height of the rows may have changed with what was unfolded.
    requestAnimationFrame(follow);
    show(row);
  };
  const move = (by: number) => {
    const row = wf.step(by);
    follow();
    if (open) show(row);
  };
  const toCulprit = () => wf.culprit >= 0 && choose(wf.culprit);

  const sideways = (event: KeyboardEvent) => {
    const row = wf.active.value;
    const s = wf.spans;
    const left = event.key === 'ArrowLeft';
    const opened = s.end[row]! > row + 1 && !wf.folded.value[row];
    if (left && opened) wf.fold(row, true);
    else if (left) wf.go(s.parent[row]!);
    else if (s.end[row]! > row + 1 && !opened) wf.fold(row, false);
    else if (!left && opened) move(1);
    follow();
  };
  const page = () => Math.max(1, Math.floor(wf.height.value / rowHeight) - 2);
  const treeKeys: Record<string, (e: KeyboardEvent) => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ArrowLeft: sideways,
    ArrowRight: sideways,
    PageDown: () => move(page()),
    PageUp: () => move(-page()),
    Home: () => move(-wf.rows.value.length),
    End: () => move(wf.rows.value.length),
    Enter: () => choose(wf.active.value),
    ' ': () => choose(wf.active.value),
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    c: toCulprit,
    z: () => wf.zoomTo(wf.active.value),
    e: () => {
      wf.errors.value = !wf.errors.value;
    },
    '/': () => document.getElementById('span-search')?.focus(),
  });

  const click = (event: MouseEvent) => {
    const target = event.target as Element;
    const rowEl = target.closest<HTMLElement>('[data-row]');
    if (!rowEl) return;
    const row = Number(rowEl.dataset.row);
    if (target.closest('[data-twist]')) wf.fold(row, !wf.folded.value[row]);
    // Text that was just selected is to be copied, not to open a panel.
    else if (getSelection()?.isCollapsed !== false) choose(row);
  };

  const wheel = useRef<(e: WheelEvent) => void>(() => {});
  wheel.current = (event) => {
    const box = canvas.current!.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      wf.zoomAt(
        Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)),
        Math.exp(event.deltaY * 0.004),
      );
    } else if ((event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) && wf.zoomed) {
      event.preventDefault();
      wf.panBy((event.deltaX || event.deltaY) / box.width);
    }
  };
  useLayoutEffect(() => {
    const el = host.current!;
    // Not passive, because zooming must not scroll the page too.
    const listen = (e: WheelEvent) => wheel.current(e);
    el.addEventListener('wheel', listen, { passive: false });
    return () => el.removeEventListener('wheel', listen);
  }, [host]);

  const s = wf.spans;
  // Only a row that is in the document can be the active one.
  const at = positionOf(wf.rows.value, wf.active.value);
  const { first, count: many } = wf.window.value;
  const drawn = at >= first && at < first + many;
  return (
    <div class="wf">
      <Tools wf={wf} toCulprit={toCulprit} />
      {s.count > s.n && (
        <p class="wf-note">
          Only the first {count(s.n)} of {count(s.count)} spans are shown.
        </p>
      )}
      <div
        class="wf-scroll"
        ref={host}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={wf.rows.value.length}
        aria-activedescendant={drawn ? rowId(wf.active.value) : undefined}
        tabIndex={0}
        onScroll={(e) => {
          wf.scrollTop.value = e.currentTarget.scrollTop;
        }}
        onClick={click}
        onKeyDown={(e) => {
          const act = treeKeys[e.key];
          if (!act || e.ctrlKey || e.metaKey || e.altKey) return;
          e.preventDefault();
          act(e);
        }}
      >
        <div class="wf-ruler">
          <div class="wf-ruler-label" ref={label}>
            Service and span
          </div>
          <Ruler wf={wf} />
        </div>
        <div class="wf-paint" aria-hidden="true">
          <canvas ref={canvas} />
        </div>
        <Rows wf={wf} why={why} />
      </div>
      <Legend />
    </div>
  );
}
