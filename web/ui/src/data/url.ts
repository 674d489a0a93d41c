import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';

export type Patch = Record<string, string | null | undefined>;

/** withQuery changes some parameters of an address and drops the empty ones; the order stays, so links compare. */
export function withQuery(url: string, patch: Patch): string {
  const [path = '/', search = ''] = url.split('?');
  const query = new URLSearchParams(search);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || value === undefined || value === '') query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/**
 * The query of the address as state: everything a shared link should reproduce lives here. A change replaces the
 * entry of the history by default, so that "back" leaves the page rather than undoing filters one by one.
 */
export function useQuery() {
  const { url, route, path } = useLocation();
  const query = useMemo(() => new URLSearchParams(url.split('?')[1] ?? ''), [url]);
  const set = (patch: Patch, push = false) => {
    // Two changes in one frame must both hold, so the address bar is read rather than the render's copy.
    const current = location.pathname + location.search;
    const next = withQuery(current, patch);
    if (next !== current) route(next, !push);
  };
  return { query, set, path };
}

/** Parameters that go along from page to page: the window and the environment belong to the reader, not to a page. */
const carried = ['from', 'to', 'environment'];

export function carry(path: string, query: URLSearchParams, extra: Patch = {}): string {
  const kept: Patch = {};
  for (const key of carried) kept[key] = query.get(key);
  return withQuery(path, { ...kept, ...extra });
}

/** The window and the environment of the address, as the API takes them; what is not there is left to the server. */
export function readWindow(query: URLSearchParams): { from?: string; to?: string; environment?: string } {
  const window: Record<string, string> = {};
  for (const key of carried) {
    const value = query.get(key)?.trim();
    if (value) window[key] = value;
  }
  return window;
}
