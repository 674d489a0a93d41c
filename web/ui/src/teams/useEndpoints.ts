import { useState } from 'preact/hooks';
import { api, type Endpoint } from '../data/api.ts';
import { type Resource, useResource } from '../data/resource.ts';

type Page = { endpoints: Endpoint[]; next_cursor: string | null };

/** Endpoints page by page; `more` is null when all are there. */
export function useEndpoints(query: { owned?: 'true' | 'false'; team?: string; environment?: string }) {
  const key = JSON.stringify(query);
  const first: Resource<Page> = useResource(`endpoints ${key}`, (s) => api.endpoints(query, s));
  const [rest, setRest] = useState<{ key: string; list: Endpoint[]; cursor: string | null } | null>(null);
  const extra = rest?.key === key ? rest : null;
  const cursor = extra ? extra.cursor : (first.data?.next_cursor ?? null);
  const more = cursor
    ? () =>
        api
          .endpoints({ ...query, cursor }, AbortSignal.timeout(20_000))
          .then((page) =>
            setRest({ key, list: [...(extra?.list ?? []), ...page.endpoints], cursor: page.next_cursor }),
          )
          .catch(first.refresh)
    : null;
  return { first, list: [...(first.data?.endpoints ?? []), ...(extra?.list ?? [])], more };
}
