import { signal } from '@preact/signals';
import { ago, exact } from './format.ts';

/** One clock for the whole page, so that relative times change together. */
export const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1000);

export function Ago({ time }: { time: string }) {
  return (
    <time dateTime={time} title={exact(time)} class="num">
      {ago(Date.parse(time), now.value)}
    </time>
  );
}
