import { count } from '../parts/format.ts';
import { Icon, isIcon } from '../parts/icons.tsx';
import { capital, meaning, verdictClass, verdicts } from '../parts/words.ts';
import type { BarProps } from './FilterBar.tsx';
import { toggled } from './filters.ts';

/** Always there, so that counts change in place: the verdicts a night shift asks for. */
const standing = ['failed', 'stalled', 'slow', 'degraded', 'running', 'completed'];

export function StatusChips({ filters, facets, set }: BarProps) {
  const counts = new Map((facets?.statuses ?? []).map((s) => [s.value, s.flow_count]));
  const rank = (s: string) => {
    const i = (verdicts as readonly string[]).indexOf(s);
    return i < 0 ? verdicts.length : i;
  };
  const shown = [...new Set([...standing, ...counts.keys(), ...filters.status])].sort(
    (a, b) => rank(a) - rank(b),
  );
  return (
    <div class="chips" role="group" aria-label="Status">
      {shown.map((status) => (
        <button
          key={status}
          type="button"
          class={`chip ${verdictClass(status)}`}
          aria-pressed={filters.status.includes(status)}
          title={meaning[status]}
          onClick={() => set({ status: toggled(filters.status, status).join(',') })}
        >
          <Icon name={isIcon(status) ? status : 'cancelled'} size={12} />
          {capital(status)}
          <span class="n">{facets ? count(counts.get(status) ?? 0) : '–'}</span>
        </button>
      ))}
    </div>
  );
}
