import { useCallback, useEffect, useMemo } from 'preact/hooks';
import type { SpanTable } from '../data/api.ts';
import type { Resource } from '../data/resource.ts';
import { useQuery } from '../data/url.ts';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { SpanPanel } from './SpanPanel.tsx';
import { WaterfallView } from './WaterfallView.tsx';
import { decode, rowOf, spanKey, spanKinds } from './spans.ts';
import { Waterfall } from './state.ts';

interface Props {
  table: Resource<SpanTable>;
  /** Why a trace belongs here, for the mark at its first span. */
  why?: (trace: string) => string;
}

const noReason = () => '';

/** The waterfall and, beside it, the span that the address names. */
export function SpansCard({ table, why = noReason }: Props) {
  const { query, set } = useQuery();
  const wf = useMemo(() => (table.data ? new Waterfall(decode(table.data)) : null), [table.data]);
  const key = query.get('span');
  const row = wf && key ? rowOf(wf.spans, key) : -1;
  const close = useCallback(() => set({ span: null }), [set]);

  // A link, a hop or a button elsewhere may name the span: the tree then shows it.
  useEffect(() => {
    if (!wf) return;
    const at = row >= 0 ? row : wf.culprit;
    if (at < 0) return;
    wf.go(at);
    requestAnimationFrame(() => {
      const box = document.querySelector('.wf-scroll');
      const top = wf.scrollFor(at);
      if (box && top !== null) box.scrollTop = top;
    });
  }, [wf, row]);

  if (table.problem) return <Trouble problem={table.problem} retry={table.refresh} />;
  if (!wf) return <Bones rows={12} height={25} />;
  const s = wf.spans;
  return (
    <div class={`wf-split ${row >= 0 ? 'open' : ''}`}>
      <WaterfallView wf={wf} open={row >= 0} show={(r) => set({ span: spanKey(s, r) })} why={why} />
      {row >= 0 && (
        <SpanPanel
          trace={s.traces[s.trace[row]!] ?? ''}
          id={s.id[row]!}
          kind={spanKinds[s.spanKind[row]!] ?? ''}
          close={close}
        />
      )}
    </div>
  );
}
