import { signal } from '@preact/signals';

/** Grows whenever the server says that flows were added or judged anew. */
export const changes = signal(0);
/** The list stops following when the reader pauses it. */
export const paused = signal(false);

let source: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let delay = 1000;

function close() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function open() {
  close();
  source = new EventSource('/api/v1/flows/live');
  source.addEventListener('changed', () => {
    delay = 1000;
    changes.value++;
  });
  source.onerror = () => {
    // The browser gives up for good after a 503, so the attempt is made anew, more and more rarely.
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    retry = setTimeout(open, delay);
    delay = Math.min(delay * 2, 30_000);
  };
}

/** Follows the server while the page is visible: a hidden tab costs nobody anything. */
export function followChanges() {
  const sync = () => (document.hidden || paused.value ? close() : open());
  document.addEventListener('visibilitychange', sync);
  paused.subscribe(sync);
}
