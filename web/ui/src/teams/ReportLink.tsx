import { readWindow, useQuery } from '../data/url.ts';

/** Leads to the ownership report on the time that is chosen, as one page to print or send; its teams lead back. */
export function ReportLink({ team }: { team?: string }) {
  const { query } = useQuery();
  const ask = new URLSearchParams({ ...readWindow(query), ...(team ? { team } : {}), format: 'html' });
  return (
    <a class="btn" href={`/api/v1/ownership/report?${ask}`} target="_blank" rel="noopener">
      Report<span class="sr"> on this time, in a new tab</span>
    </a>
  );
}
