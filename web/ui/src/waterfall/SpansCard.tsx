import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks';
import type { SpanTable } from '../data/api.ts';
import type { Resource } from '../data/resource.ts';
import { useQuery } from '../data/url.ts';
import { duration } from '../parts/format.ts';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { SpanPanel } from './SpanPanel.tsx';
import { decode, idOf, rowOf, spanKey, spanKinds } from './spans.ts';
import { Waterfall } from './state.ts';
import { WaterfallView } from './WaterfallView.tsx';

interface Props {
  table: Resource<SpanTable>;
  /** Why a trace belongs here, for the mark at its first span. */
  why?: (trace: string) => string;
}

const noReason = () => '';

/** Says whose clock is off, and that the bars are not where the spans said. */
function ClockNote({ clocks }: { clocks: SpanTable['clocks'] }) {
  if (clocks.length === 0) return null;
  const some = clocks.slice(0, 4).map((c) => {
    const off = duration(Math.abs(c.shift_ns));
    return `${c.service || 'unknown service'} is ${off} ${c.shift_ns < 0 ? 'fast' : 'slow'}`;
  });
  const more = clocks.length > some.length ? ` and ${clocks.length - some.length} more` : '';
  return (
    <p class="wf-note" title="No verdict depends on it. A span by itself shows its times as they were sent.">
      Clocks contradict each other and are put right here: {some.join(', ')}
      {more}.
    </p>
  );
}

/** The waterfall and, beside it, the span that the address names. */
export function SpansCard({ table, why = noReason }: Props) {
  const { query, set } = useQuery();
  const before = useRef<Waterfall | null>(null);
  const wf = useMemo(() => {
    if (!table.data) return null;
    const next = new Waterfall(decode(table.data));
    if (before.current) next.carryFrom(before.current);
    before.current = next;
    return next;
  }, [table.data]);
  const key = query.get('span');
  const row = wf && key ? rowOf(wf.spans, key) : -1;
  const close = useCallback(() => set({ span: null }), [set]);

  // A link, a hop or a button elsewhere may name the span: the tree then shows it.
  const gone = useRef<string | null>(null);
  useEffect(() => {
    // Only a new choice moves the tree; late spans of the same flow do not.
    if (!wf || gone.current === (key ?? '')) return;
    const first = gone.current === null;
    gone.current = key ?? '';
    const at = row >= 0 ? row : first ? wf.culprit : -1;
    if (at < 0) return;
    wf.go(at);
    requestAnimationFrame(() => {
      const box = document.querySelector('.wf-scroll');
      const top = wf.scrollFor(at);
      if (box && top !== null) box.scrollTop = top;
    });
  }, [wf, row, key]);

  if (table.problem) return <Trouble problem={table.problem} retry={table.refresh} />;
  if (!wf) return <Bones rows={12} height={25} />;
  const s = wf.spans;
  return (
    <>
      <ClockNote clocks={table.data?.clocks ?? []} />
      <div class={`wf-split ${row >= 0 ? 'open' : ''}`}>
        <WaterfallView wf={wf} open={row >= 0} show={(r) => set({ span: spanKey(s, r) })} why={why} />
        {row >= 0 && (
          <SpanPanel
            trace={s.traces[s.trace[row]!] ?? ''}
            id={idOf(s, row)}
            kind={spanKinds[s.spanKind[row]!] ?? ''}
            close={close}
          />
        )}
      </div>
    </>
  );
}
