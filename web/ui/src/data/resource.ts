import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './api.ts';

export interface Resource<T> {
  /** The newest answer; while another one is on its way, the one before (see `stale`). */
  data: T | undefined;
  problem: Problem | undefined;
  loading: boolean;
  /** The data belongs to an earlier key. */
  stale: boolean;
  /** Asks again without hiding what is shown. */
  refresh: () => void;
}

/**
 * Loads what `key` names and keeps showing the answer before until the new one is there, so that nothing jumps.
 * A null key loads nothing. A refresh that fails keeps the data: the status banner tells that the server is away.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [shown, show] = useState<{ key: string; data?: T; problem?: Problem }>({ key: '' });
  const [turn, setTurn] = useState(0);
  const [loading, setLoading] = useState(key !== null);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    setLoading(true);
    latest
      .current(abort.signal)
      .then((data) => show({ key, data }))
      .catch((cause: unknown) => {
        if (abort.signal.aborted) return;
        const problem =
          cause instanceof Problem ? cause : new Problem(0, 'The page has a defect', String(cause));
        show((before) => (before.key === key && before.data ? before : { key, problem }));
      })
      .finally(() => {
        if (!abort.signal.aborted) setLoading(false);
      });
    return () => abort.abort();
  }, [key, turn]);

  return {
    data: shown.data,
    problem: shown.key === key ? shown.problem : undefined,
    loading,
    stale: shown.key !== key,
    refresh: () => setTurn((t) => t + 1),
  };
}
