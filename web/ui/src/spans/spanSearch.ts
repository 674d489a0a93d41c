import { batch, computed, signal } from '@preact/signals';
import { type FoundSpan, type FoundSpans as Page, Problem, type SpanQuery } from '../data/api.ts';

export type FetchPage = (query: SpanQuery, signal: AbortSignal) => Promise<Page>;

/** How far a search came, in Unix milliseconds. */
export interface Reach {
  from: number;
  to: number;
  searched: number;
}

/** So many spans are looked for before the search rests. */
const enough = 100;

/**
 * SpanSearch looks through a window page by page, the newest first, and goes on by itself until it has enough, is
 * through, or is stopped. A stopped search can go on.
 */
export class SpanSearch {
  readonly rows = signal<FoundSpan[]>([]);
  readonly problem = signal<Problem | null>(null);
  readonly searching = signal(false);
  readonly reach = signal<Reach | null>(null);
  readonly complete = computed(() => this.reach.value !== null && this.#cursor.value === null);
  /** The part of the window that was searched, 0 to 1. */
  readonly share = computed(() => {
    const r = this.reach.value;
    if (!r) return 0;
    return r.to > r.from ? (r.to - r.searched) / (r.to - r.from) : 1;
  });

  readonly #cursor = signal<string | null>(null);
  #query: SpanQuery | null = null;
  #abort = new AbortController();

  constructor(private readonly fetchPage: FetchPage) {}

  /** Searches anew; null shows nothing and asks for nothing. */
  async open(query: SpanQuery | null): Promise<void> {
    this.stop();
    this.#query = query;
    batch(() => {
      this.rows.value = [];
      this.problem.value = null;
      this.reach.value = null;
      this.#cursor.value = null;
    });
    await this.more();
  }

  /** Ends the request that is under way; the server stops too. */
  stop(): void {
    this.#abort.abort();
    this.searching.value = false;
  }

  /** Goes on until there are so many more spans. */
  async more(): Promise<void> {
    const query = this.#query;
    if (!query || this.searching.value || this.complete.value) return;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const target = this.rows.value.length + enough;
    batch(() => {
      this.searching.value = true;
      this.problem.value = null;
    });
    try {
      while (!this.complete.value && this.rows.value.length < target) {
        const page = await this.fetchPage(
          { ...query, limit: enough, cursor: this.#cursor.value ?? undefined },
          signal,
        );
        if (signal.aborted) return;
        this.#take(page);
      }
    } catch (cause) {
      if (signal.aborted) return;
      this.problem.value =
        cause instanceof Problem ? cause : new Problem(0, 'The page has a defect', String(cause));
    } finally {
      if (!signal.aborted) this.searching.value = false;
    }
  }

  #take(page: Page): void {
    batch(() => {
      const known = new Set(this.rows.value.map(identity));
      this.rows.value = [...this.rows.value, ...page.spans.filter((s) => !known.has(identity(s)))];
      this.#cursor.value = page.next_cursor;
      this.reach.value = {
        from: Date.parse(page.from),
        to: Date.parse(page.to),
        searched: Date.parse(page.searched_from),
      };
    });
  }
}

/** The two sides of a call may share a span id. */
export const identity = (s: FoundSpan) => `${s.trace_id}/${s.span_id}/${s.span_kind}`;
