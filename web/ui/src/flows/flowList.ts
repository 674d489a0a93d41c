import { batch, computed, signal } from '@preact/signals';
import { type Flow, type FlowQuery, type FlowList as Page, Problem } from '../data/api.ts';

export type FetchPage = (query: FlowQuery, signal: AbortSignal) => Promise<Page>;

/** A fresh first page on top of what was shown: nothing appears twice, and nothing loaded by scrolling is lost. */
export function mergeFresh(shown: Flow[], fresh: Flow[]): Flow[] {
  const ids = new Set(fresh.map((f) => f.id));
  return [...fresh, ...shown.filter((f) => !ids.has(f.id))];
}

/** New verdicts in the places where their rows are; rows that are not shown yet are counted, not inserted. */
export function updateInPlace(shown: Flow[], fresh: Flow[]): { rows: Flow[]; added: number } {
  const byId = new Map(fresh.map((f) => [f.id, f]));
  const rows = shown.map((row) => {
    const next = byId.get(row.id);
    byId.delete(row.id);
    return next && next.revision >= row.revision ? next : row;
  });
  return { rows, added: byId.size };
}

/**
 * FlowList is the list behind the page: pages by cursor, and live updates that never move a row under the reader.
 * It outlives the page, so that "back" finds the list as it was.
 */
export class FlowList {
  readonly rows = signal<Flow[]>([]);
  readonly problem = signal<Problem | null>(null);
  readonly loading = signal(true);
  /** The rows still belong to other filters. */
  readonly stale = signal(false);
  readonly waiting = signal(0);
  readonly complete = computed(() => this.#cursor.value === null);
  scrollTop = 0;

  readonly #cursor = signal<string | null>(null);
  #query: FlowQuery = {};
  #key = '';
  #pages = 0;
  #fresh: Page | null = null;
  #abort = new AbortController();
  #refreshing = false;
  #again: boolean | null = null;

  constructor(private readonly fetchPage: FetchPage) {}

  /** Shows the flows of a query. The rows before stay until the answer is there. */
  async open(query: FlowQuery, force = false): Promise<void> {
    const key = JSON.stringify(query);
    if (key === this.#key && !force && this.#pages > 0) return this.refresh(false);
    const known = key === this.#key;
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#key = key;
    this.#query = query;
    batch(() => {
      this.loading.value = true;
      this.stale.value = !known;
      this.waiting.value = 0;
    });
    await this.#guard(this.#abort.signal, async (signal) => {
      const page = await this.fetchPage({ ...query, limit: 100 }, signal);
      batch(() => {
        this.rows.value = page.flows;
        this.#cursor.value = page.next_cursor;
        this.#pages = 1;
        this.#fresh = null;
      });
    });
  }

  async more(): Promise<void> {
    const cursor = this.#cursor.value;
    if (!cursor || this.loading.value) return;
    this.loading.value = true;
    await this.#guard(this.#abort.signal, async (signal) => {
      const page = await this.fetchPage({ ...this.#query, limit: 100, cursor }, signal);
      batch(() => {
        const known = new Set(this.rows.value.map((f) => f.id));
        this.rows.value = [...this.rows.value, ...page.flows.filter((f) => !known.has(f.id))];
        this.#cursor.value = page.next_cursor;
        this.#pages++;
      });
    });
  }

  /** Asks for the first page again. With `hold`, rows that are new wait until `release`. */
  async refresh(hold: boolean): Promise<void> {
    if (this.#refreshing || this.loading.value) {
      this.#again = hold;
      return;
    }
    this.#refreshing = true;
    const signal = this.#abort.signal;
    try {
      const page = await this.fetchPage({ ...this.#query, limit: 100 }, signal);
      if (signal.aborted) return;
      batch(() => {
        this.problem.value = null;
        if (hold) {
          const { rows, added } = updateInPlace(this.rows.value, page.flows);
          this.rows.value = rows;
          this.waiting.value = added;
          this.#fresh = page;
        } else this.#take(page);
      });
    } catch {
      // The rows stay; the banner tells that the server is away.
    } finally {
      this.#refreshing = false;
      const again = this.#again;
      this.#again = null;
      if (again !== null && !signal.aborted) void this.refresh(again);
    }
  }

  /** Shows the rows that wait. */
  release(): void {
    if (this.#fresh) this.#take(this.#fresh);
  }

  #take(page: Page): void {
    batch(() => {
      if (this.#pages <= 1) {
        this.rows.value = page.flows;
        this.#cursor.value = page.next_cursor;
      } else this.rows.value = mergeFresh(this.rows.value, page.flows);
      this.waiting.value = 0;
      this.#fresh = null;
    });
  }

  async #guard(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await work(signal);
      if (!signal.aborted) this.problem.value = null;
    } catch (cause) {
      if (signal.aborted) return;
      this.problem.value =
        cause instanceof Problem ? cause : new Problem(0, 'The page has a defect', String(cause));
    } finally {
      if (!signal.aborted) {
        this.loading.value = false;
        this.stale.value = false;
      }
    }
  }
}
