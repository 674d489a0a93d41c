import { duration } from '../parts/format.ts';
import { flag, has, opensTrace, type Spans } from './spans.ts';
import type { Range, TimeScale } from './timeScale.ts';

export interface Palette {
  text: string;
  soft: string;
  line: string;
  gap: string;
  fail: string;
  failTint: string;
  none: string;
  font: string;
  teams: string[];
}

export interface Scene {
  spans: Spans;
  rows: Int32Array;
  first: number;
  /** Pixels by which the first row is scrolled out at the top. */
  offset: number;
  rowHeight: number;
  width: number;
  height: number;
  scale: TimeScale;
  view: Range;
  ticks: number[];
  fit: Uint8Array | null;
}

const barHeight = 12;

/** Colours as the stylesheet says, for a canvas cannot read them: each is asked of a probe element. */
export function readPalette(host: HTMLElement, teamHues: number[]): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  host.append(probe);
  const ask = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const palette: Palette = {
    text: ask('var(--text)'),
    soft: ask('var(--text-3)'),
    line: ask('var(--line)'),
    gap: ask('var(--sunken)'),
    fail: ask('var(--fail-fill)'),
    failTint: ask('var(--fail-tint)'),
    none: ask('var(--mute-fill)'),
    font: `11px ${getComputedStyle(host).fontFamily}`,
    teams: teamHues.map((h) => ask(`light-dark(oklch(0.66 0.125 ${h}), oklch(0.64 0.115 ${h}))`)),
  };
  probe.remove();
  return palette;
}

/** Paints the bars of the shown rows: nothing else, so a frame costs the same however large the flow is. */
export function paint(ctx: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  const { spans: s, rows, scale, view, width, height, rowHeight } = scene;
  const span = view.to - view.from;
  const x = (t: number) => ((scale.at(t) - view.from) / span) * width;
  ctx.clearRect(0, 0, width, height);

  for (const g of scale.gaps) {
    const a = x(g.from);
    const b = x(g.to);
    if (b < 0 || a > width) continue;
    ctx.fillStyle = palette.gap;
    ctx.fillRect(a, 0, b - a, height);
  }
  ctx.fillStyle = palette.line;
  for (const t of scene.ticks) ctx.fillRect(Math.round(t), 0, 1, height);

  ctx.font = palette.font;
  ctx.textBaseline = 'middle';
  const shown = Math.min(rows.length, scene.first + Math.ceil(height / rowHeight) + 1);
  for (let r = scene.first; r < shown; r++) {
    const row = rows[r]!;
    const top = (r - scene.first) * rowHeight - scene.offset;
    const parent = s.parent[row]!;
    if (parent >= 0 && opensTrace(s, row)) paintWait(ctx, palette, s, parent, row, top, x);
    paintRow(ctx, scene, palette, row, top, x);
  }
}

function paintRow(
  ctx: CanvasRenderingContext2D,
  { spans: s, rowHeight, width, fit }: Scene,
  palette: Palette,
  row: number,
  top: number,
  x: (t: number) => number,
) {
  const start = s.start[row]!;
  const left = x(start);
  const right = Math.max(left + 2, x(start + s.duration[row]!));
  if (right < -80 || left > width + 80) return;
  const a = Math.max(left, -8);
  const b = Math.min(right, width + 8);
  const y = top + (rowHeight - barHeight) / 2;
  const error = s.status[row] === 2;
  const culprit = has(s, row, flag.culprit);

  ctx.globalAlpha = fit && !fit[row] ? 0.35 : 1;
  ctx.beginPath();
  ctx.roundRect(a, y, b - a, barHeight, Math.min(3, (b - a) / 2));
  if (culprit) {
    ctx.fillStyle = palette.fail;
    ctx.fill();
  } else if (error) {
    // Errors that only pass on another one are drawn lighter: the eye should land on the culprit.
    ctx.fillStyle = palette.failTint;
    ctx.fill();
    ctx.strokeStyle = palette.fail;
    ctx.lineWidth = 1.5;
    ctx.stroke();
  } else {
    ctx.fillStyle = palette.teams[s.team[row]!] ?? palette.none;
    ctx.fill();
  }
  if (has(s, row, flag.critical)) {
    ctx.fillStyle = palette.text;
    ctx.fillRect(a, y + barHeight + 1, b - a, 1.5);
  }

  const text = duration(s.duration[row]!);
  ctx.fillStyle = culprit || error ? palette.fail : palette.soft;
  const room = width - b;
  const size = ctx.measureText(text).width;
  if (room > size + 10) ctx.fillText(text, b + 6, top + rowHeight / 2);
  else if (a > size + 10) {
    // The wait before a hand-off is drawn in the same place.
    ctx.clearRect(a - size - 10, y, size + 8, barHeight);
    ctx.fillText(text, a - size - 6, top + rowHeight / 2);
  }
  ctx.globalAlpha = 1;
}

/** The way from the span that handed over to the one that took over in another trace. */
function paintWait(
  ctx: CanvasRenderingContext2D,
  palette: Palette,
  s: Spans,
  parent: number,
  row: number,
  top: number,
  x: (t: number) => number,
) {
  const handed = Math.min(s.start[parent]! + s.duration[parent]!, s.start[row]!);
  const a = x(handed);
  const b = x(s.start[row]!);
  if (b - a < 6) return;
  ctx.strokeStyle = palette.soft;
  ctx.lineWidth = 1;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  ctx.moveTo(a, top + 12.5);
  ctx.lineTo(b - 2, top + 12.5);
  ctx.stroke();
  ctx.setLineDash([]);
}
