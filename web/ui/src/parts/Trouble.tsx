import type { ComponentChildren } from 'preact';
import type { Problem } from '../data/api.ts';

const advice: Record<number, string> = {
  0: 'Check that the server runs and that this page can reach it, then try again.',
  400: 'The address of this page holds a value the server does not accept. Change the filter, or clear them all.',
  401: 'The server wants a token. Open the page with the address that Baton printed at its start.',
  404: 'It may be older than the retention, or belong to another tenant or environment.',
  429: 'The server is busy. Wait a few seconds.',
  503: 'The engine is starting or away. Spans are still accepted; try again in a few seconds.',
  504: 'The question was too large for the time allowed. Choose a shorter time range or an environment.',
};

/** What went wrong, what to do next, and a way to try again. */
export function Trouble(props: { problem: Problem; retry?: () => void; children?: ComponentChildren }) {
  const { problem, retry, children } = props;
  return (
    <div class="notice" role="alert">
      <h2>{problem.title}</h2>
      <p>{problem.detail}</p>
      {problem.remedies.map((r) => (
        <p key={r}>{r}</p>
      ))}
      <p class="muted">
        {advice[problem.status] ?? 'This is a defect of the server. Its log says more.'}
        {problem.requestId && ` Request ${problem.requestId}.`}
      </p>
      <div class="actions">
        {retry && (
          <button type="button" class="btn primary" onClick={retry}>
            Try again
          </button>
        )}
        {children}
      </div>
    </div>
  );
}

/** Grey bars of the size of what is coming, so that its arrival moves nothing. */
export function Bones({ rows, height }: { rows: number; height: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="bone-row" style={{ height: `${height}px` }}>
          <div class="bone" style={{ width: `${62 - ((i * 17) % 34)}%` }} />
        </div>
      ))}
    </div>
  );
}
