import { api } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { useQuery } from '../data/url.ts';
import { Select } from './FilterBar.tsx';
import { readFilters } from './filters.ts';
import { TimeRange } from './TimeRange.tsx';

/** The environment and the window of a page that has no other filter. */
export function WindowBar() {
  const { query, set } = useQuery();
  const { from, to, environment } = readFilters(query);
  const facets = useResource(`f${JSON.stringify([from, to])}`, (s) =>
    api.facets({ from, to: to || undefined }, s),
  );
  return (
    <div class="filter-row">
      <Select
        label="Environment"
        all="All environments"
        value={environment}
        choices={(facets.data?.environments ?? [])
          .filter((e) => e.value)
          .map((e) => ({ value: e.value, text: e.value }))}
        pick={(v) => set({ environment: v })}
      />
      <TimeRange from={from} to={to} set={set} />
    </div>
  );
}
