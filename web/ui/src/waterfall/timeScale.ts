import type { Spans } from './spans.ts';

export interface Gap {
  /** Nanoseconds after the start between which no span begins or ends. */
  from: number;
  to: number;
}

/** TimeScale maps nanoseconds to 0..1. Long idle times take little room, because a flow may rest until tomorrow. */
export interface TimeScale {
  gaps: Gap[];
  at: (ns: number) => number;
  inverse: (position: number) => number;
}

const bins = 2048;

/** Shorter rests are part of the story; longer ones only push the story apart. */
const leastGap = 1e9;
const leastShare = 0.12;
/** How much of the width a folded rest keeps. */
const foldedShare = 0.08;

/** Finds long rests in linear time: bins remember the first and the last moment at which anything happened. */
export function findGaps(s: Pick<Spans, 'n' | 'start' | 'duration' | 'total'>): Gap[] {
  const first = new Float64Array(bins).fill(Number.POSITIVE_INFINITY);
  const last = new Float64Array(bins).fill(Number.NEGATIVE_INFINITY);
  const note = (t: number) => {
    const b = Math.max(0, Math.min(bins - 1, Math.floor((t / s.total) * bins)));
    if (t < first[b]!) first[b] = t;
    if (t > last[b]!) last[b] = t;
  };
  for (let i = 0; i < s.n; i++) {
    note(s.start[i]!);
    note(s.start[i]! + s.duration[i]!);
  }
  const least = Math.max(leastGap, s.total * leastShare);
  const gaps: Gap[] = [];
  let before = 0;
  for (let b = 0; b < bins; b++) {
    if (last[b]! < 0 || first[b] === Number.POSITIVE_INFINITY) continue;
    if (first[b]! - before >= least) gaps.push({ from: before, to: first[b]! });
    before = Math.max(before, last[b]!);
  }
  return gaps;
}

/** The scale for some gaps; without any, it is a straight line. */
export function timeScale(total: number, gaps: Gap[]): TimeScale {
  const idle = gaps.reduce((sum, g) => sum + g.to - g.from, 0);
  const busy = Math.max(1, total - idle);
  const room = gaps.length === 0 ? 1 : Math.max(0.4, 1 - gaps.length * foldedShare);
  const ns = [0];
  const pos = [0];
  const push = (t: number, width: number) => {
    ns.push(t);
    pos.push(pos.at(-1)! + width);
  };
  for (const g of gaps) {
    push(g.from, ((g.from - ns.at(-1)!) / busy) * room);
    push(g.to, (1 - room) / gaps.length);
  }
  push(total, ((total - ns.at(-1)!) / busy) * room);
  const whole = pos.at(-1) || 1;
  const steps = pos.map((p) => p / whole);

  const along = (xs: number[], ys: number[], x: number) => {
    let i = 1;
    while (i < xs.length - 1 && x > xs[i]!) i++;
    const width = xs[i]! - xs[i - 1]!;
    return width > 0 ? ys[i - 1]! + ((x - xs[i - 1]!) / width) * (ys[i]! - ys[i - 1]!) : ys[i]!;
  };
  return { gaps, at: (t) => along(ns, steps, t), inverse: (p) => along(steps, ns, p) };
}

const nice = [1, 2, 5, 10];
const clockSteps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400,
];

/** A step of round numbers that is at least `ns`. */
export function niceStep(ns: number): number {
  if (ns > 1e9) {
    const s = ns / 1e9;
    const fit = clockSteps.find((c) => c >= s);
    return (fit ?? Math.ceil(s / 86_400) * 86_400) * 1e9;
  }
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ns)));
  return (nice.find((m) => m * power >= ns) ?? 10) * power;
}

export interface Tick {
  ns: number;
  x: number;
}

export interface Range {
  from: number;
  to: number;
}

/** Ticks for the shown part of the scale, none inside folded rests, about `every` pixels apart. */
export function ticks(scale: TimeScale, view: Range, width: number, every = 110): Tick[] {
  const x = (t: number) => ((scale.at(t) - view.from) / (view.to - view.from)) * width;
  const begin = scale.inverse(view.from);
  const end = scale.inverse(view.to);
  const stretches: [number, number][] = [];
  let from = begin;
  for (const g of scale.gaps) {
    if (g.to <= begin || g.from >= end) continue;
    if (g.from > from) stretches.push([from, g.from]);
    from = g.to;
  }
  if (end > from) stretches.push([from, end]);
  const out: Tick[] = [];
  for (const [a, b] of stretches) {
    const px = x(b) - x(a);
    if (px < every * 0.6) {
      out.push({ ns: a, x: x(a) });
      continue;
    }
    const step = niceStep(((b - a) / px) * every);
    for (let t = Math.ceil(a / step) * step; t <= b; t += step) out.push({ ns: t, x: x(t) });
  }
  return out.filter((t, i) => i === 0 || t.x - out[i - 1]!.x > 46);
}

/** Zooms by a factor around a position of the shown part, within 0..1. */
export function zoom(view: Range, at: number, factor: number): Range {
  const width = Math.min(1, Math.max(1e-7, (view.to - view.from) * factor));
  const anchor = view.from + at * (view.to - view.from);
  return clampRange(anchor - at * width, width);
}

export function pan(view: Range, by: number): Range {
  const width = view.to - view.from;
  return clampRange(view.from + by * width, width);
}

function clampRange(from: number, width: number): Range {
  const start = Math.max(0, Math.min(1 - width, from));
  return { from: start, to: start + width };
}
