import { observeWindowOffset, observeWindowRect, Virtualizer, windowScroll } from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { Flow } from '../data/api.ts';
import { useKeys } from '../shell/keys.ts';
import { columns, FlowRow } from './FlowRow.tsx';

const narrow = matchMedia('(max-width: 820px)');
const rowHeight = () => (narrow.matches ? 104 : 50);

interface Props {
  rows: Flow[];
  complete: boolean;
  href: (flow: Flow) => string;
  more: () => void;
  /** Called with whether the reader is among the rows: then nothing may move. */
  busy: (busy: boolean) => void;
}

function useVirtual(count: number, margin: number) {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const [virtual] = useState(
    () =>
      new Virtualizer<Window, Element>({
        count,
        getScrollElement: () => window,
        estimateSize: rowHeight,
        observeElementRect: observeWindowRect,
        observeElementOffset: observeWindowOffset,
        scrollToFn: windowScroll,
        initialOffset: () => window.scrollY,
        initialRect: { width: innerWidth, height: innerHeight },
      }),
  );
  virtual.setOptions({
    ...virtual.options,
    count,
    overscan: 8,
    scrollMargin: margin,
    onChange: (_, sync) => (sync ? redraw(0) : requestAnimationFrame(() => redraw(0))),
  });
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  useLayoutEffect(() => {
    const fit = () => virtual.measure();
    narrow.addEventListener('change', fit);
    return () => narrow.removeEventListener('change', fit);
  }, [virtual]);
  return virtual;
}

/** The list of flows: as many rows in the page as the window shows, however many are loaded. */
export function FlowTable({ rows, complete, href, more, busy }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const top = body.current ? Math.round(body.current.getBoundingClientRect().top + scrollY) : 0;
    if (top !== margin) setMargin(top);
  });
  const virtual = useVirtual(rows.length, margin);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useLayoutEffect(() => {
    if (!complete && last >= rows.length - 20) more();
  }, [last, rows.length, complete, more]);

  const focusRow = (index: number) => {
    const i = Math.max(0, Math.min(rows.length - 1, index));
    virtual.scrollToIndex(i, { align: 'auto' });
    // The row may not be drawn yet; two frames later it is.
    const focus = () =>
      body.current?.querySelector<HTMLElement>(`[data-row="${i}"]`)?.focus({ preventScroll: true });
    focus();
    requestAnimationFrame(() => requestAnimationFrame(focus));
  };
  const current = () => Number((document.activeElement as HTMLElement | null)?.dataset.row ?? -1);
  useKeys({
    j: () => focusRow(current() + 1),
    k: () => focusRow(current() - 1),
    g: () => focusRow(0),
  });

  return (
    <div
      role="table"
      aria-label="Flows"
      aria-rowcount={complete ? rows.length + 1 : -1}
      class="flow-table"
      onPointerEnter={() => busy(true)}
      onPointerLeave={() => busy(false)}
    >
      <div role="rowgroup" class="flow-head">
        <div role="row" class="flow-cols" aria-rowindex={1}>
          {columns.map((c) => (
            <div role="columnheader" key={c}>
              {c}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" class="flow-body" ref={body} style={{ height: `${virtual.getTotalSize()}px` }}>
        {items.map((item) => {
          const flow = rows[item.index];
          return (
            flow && (
              <FlowRow
                key={flow.id}
                flow={flow}
                index={item.index}
                href={href(flow)}
                top={item.start - virtual.options.scrollMargin}
              />
            )
          );
        })}
      </div>
    </div>
  );
}
