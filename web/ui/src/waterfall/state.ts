import { batch, computed, signal } from '@preact/signals';
import { culpritRow, flag, has, rowOf, type Spans, spanKey } from './spans.ts';
import { findGaps, pan, type Range, ticks, timeScale, zoom } from './timeScale.ts';
import { firstFolds, matches, positionOf, reveal, visibleRows } from './visible.ts';

export const rowHeight = 25;
export const rulerHeight = 26;

/** Everything one waterfall shows, apart from the document: what is folded, sought, zoomed and chosen. */
export class Waterfall {
  readonly culprit: number;
  readonly gaps;
  readonly folded;
  readonly text = signal('');
  readonly errors = signal(false);
  readonly foldTime = signal(true);
  readonly view = signal<Range>({ from: 0, to: 1 });
  readonly active = signal(0);
  readonly scrollTop = signal(0);
  readonly height = signal(600);
  readonly width = signal(600);

  readonly fit;
  readonly rows;
  readonly scale;
  readonly ticks;
  /** The drawn window: first position and how many. */
  readonly window;

  constructor(readonly spans: Spans) {
    this.culprit = culpritRow(spans);
    this.gaps = findGaps(spans);
    this.folded = signal(firstFolds(spans, this.culprit));
    this.fit = computed(() => matches(spans, { text: this.text.value, errors: this.errors.value }));
    this.rows = computed(() => visibleRows(spans, this.folded.value, this.fit.value));
    this.scale = computed(() => timeScale(spans.total, this.foldTime.value ? this.gaps : []));
    this.ticks = computed(() => ticks(this.scale.value, this.view.value, this.width.value));
    this.window = computed(() => {
      const first = Math.max(0, Math.floor(this.scrollTop.value / rowHeight));
      const many = Math.ceil(this.height.value / rowHeight) + 1;
      return { first, count: Math.max(0, Math.min(many, this.rows.value.length - first)) };
    });
  }

  /** Whether the judge, not only a status code, named the culprit. */
  get judged(): boolean {
    return this.culprit >= 0 && has(this.spans, this.culprit, flag.culprit);
  }

  fold(row: number, folded: boolean): void {
    if (this.spans.end[row]! <= row + 1 || !!this.folded.value[row] === folded) return;
    const next = this.folded.value.slice();
    next[row] = folded ? 1 : 0;
    this.folded.value = next;
  }

  foldAll(folded: boolean): void {
    const s = this.spans;
    const next = new Uint8Array(s.n);
    if (folded) for (let i = 0; i < s.n; i++) next[i] = s.end[i]! > i + 1 && s.depth[i]! > 0 ? 1 : 0;
    batch(() => {
      this.folded.value = next;
      this.active.value = this.rows.value[positionOf(this.rows.value, this.active.value)] ?? 0;
    });
  }

  /** Makes a row the chosen one and unfolds the way to it. */
  go(row: number): void {
    if (row < 0 || row >= this.spans.n) return;
    batch(() => {
      const next = this.folded.value.slice();
      if (reveal(this.spans, next, row)) this.folded.value = next;
      const fit = this.fit.value;
      if (fit && !fit[row]) {
        this.text.value = '';
        this.errors.value = false;
      }
      this.active.value = row;
    });
  }

  /** Moves the choice by shown rows. */
  step(by: number): number {
    const rows = this.rows.value;
    const at = positionOf(rows, this.active.value);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    if (next !== undefined) this.active.value = next;
    return this.active.value;
  }

  /** Where the container must scroll so that the chosen row is seen; null when it already is. */
  scrollFor(row: number): number | null {
    const at = positionOf(this.rows.value, row) * rowHeight;
    const top = this.scrollTop.value;
    const bottom = top + this.height.value - rowHeight;
    if (at >= top && at <= bottom) return null;
    return Math.max(0, at - Math.floor(this.height.value / 3));
  }

  /** Takes over what the reader had set up in an earlier state of the same flow. */
  carryFrom(old: Waterfall): void {
    const folded = new Set<string>();
    for (let i = 0; i < old.spans.n; i++) if (old.folded.value[i]) folded.add(spanKey(old.spans, i));
    const next = new Uint8Array(this.spans.n);
    for (let i = 0; i < this.spans.n; i++) if (folded.has(spanKey(this.spans, i))) next[i] = 1;
    const active = rowOf(this.spans, spanKey(old.spans, old.active.value));
    batch(() => {
      this.folded.value = next;
      this.text.value = old.text.value;
      this.errors.value = old.errors.value;
      this.foldTime.value = old.foldTime.value;
      this.view.value = old.view.value;
      this.scrollTop.value = old.scrollTop.value;
      this.height.value = old.height.value;
      this.width.value = old.width.value;
      this.active.value = Math.max(0, active);
    });
  }

  zoomAt(position: number, factor: number): void {
    this.view.value = zoom(this.view.value, position, factor);
  }

  /** Fills the width with one span, or shows everything again when it already does. */
  zoomTo(row: number): void {
    const scale = this.scale.value;
    const from = scale.at(this.spans.start[row]!);
    const to = scale.at(this.spans.start[row]! + this.spans.duration[row]!);
    const size = Math.min(1, Math.max(1e-6, (to - from) * 1.25));
    const start = Math.max(0, Math.min(1 - size, from - size * 0.1));
    const next = { from: start, to: start + size };
    const same =
      Math.abs(next.from - this.view.value.from) + Math.abs(next.to - this.view.value.to) < size * 0.01;
    this.view.value = same ? { from: 0, to: 1 } : next;
  }

  panBy(share: number): void {
    this.view.value = pan(this.view.value, share);
  }

  get zoomed(): boolean {
    return this.view.value.to - this.view.value.from < 0.999;
  }
}
