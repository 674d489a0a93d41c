import { useEffect, useRef, useState } from 'preact/hooks';
import type { Facets } from '../data/api.ts';
import { paused } from '../data/live.ts';
import { teamName } from '../data/teams.ts';
import type { Patch } from '../data/url.ts';
import { Icon } from '../parts/icons.tsx';
import { capital } from '../parts/words.ts';
import { type Filters, isLive } from './filters.ts';
import { StatusChips } from './StatusChips.tsx';
import { TimeRange } from './TimeRange.tsx';

export interface BarProps {
  filters: Filters;
  facets: Facets | undefined;
  set: (patch: Patch) => void;
}

interface Choice {
  value: string;
  text: string;
}

export function Select(props: {
  label: string;
  all: string;
  value: string;
  choices: Choice[];
  pick: (v: string) => void;
  unknown?: (v: string) => string;
}) {
  const { unknown = (v) => v, label, all, value, choices, pick } = props;
  // A link may name a value of which this window has no flow; it must still be seen and be cleared.
  const missing = value && !choices.some((c) => c.value === value);
  return (
    <span class={`field ${value ? 'set' : ''}`}>
      <select aria-label={label} value={value} onChange={(e) => pick(e.currentTarget.value)}>
        <option value="">{all}</option>
        {missing && <option value={value}>{unknown(value)}</option>}
        {choices.map((c) => (
          <option key={c.value} value={c.value}>
            {c.text}
          </option>
        ))}
      </select>
      <span class="chev">
        <Icon name="chevron" size={12} />
      </span>
    </span>
  );
}

/** The address follows what is typed after a moment, so that no request is made for every letter. */
function Search({ q, set }: { q: string; set: BarProps['set'] }) {
  const [text, setText] = useState(q);
  const sent = useRef(q);
  useEffect(() => {
    if (q !== sent.current) setText(q);
    sent.current = q;
  }, [q]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      set({ q: text.trim() });
    }, 250);
    return () => clearTimeout(timer);
  }, [text, set]);
  return (
    <span class="field search">
      <Icon name="search" size={14} />
      <input
        id="search"
        type="search"
        value={text}
        placeholder="Order, trace or flow id, key=value, service, reason…"
        aria-label="Search flows"
        autoComplete="off"
        spellcheck={false}
        maxLength={256}
        onInput={(e) => setText(e.currentTarget.value)}
        onKeyDown={(e) => e.key === 'Escape' && e.currentTarget.blur()}
      />
      {text === '' && <kbd aria-hidden="true">/</kbd>}
    </span>
  );
}

function Live({ filters }: { filters: Filters }) {
  if (!isLive(filters)) return <span class="tag">Fixed window</span>;
  const on = !paused.value;
  return (
    <button
      type="button"
      class="btn live"
      aria-pressed={on}
      title={on ? 'Pause live updates (p)' : 'Resume live updates (p)'}
      onClick={() => {
        paused.value = on;
      }}
    >
      <Icon name={on ? 'pause' : 'play'} size={12} />
      {on ? 'Live' : 'Paused'}
    </button>
  );
}

export function FilterBar({ filters, facets, set }: BarProps) {
  const clean = !filters.q && !filters.team && !filters.type && !filters.kind && filters.status.length === 0;
  return (
    <div class="filters" role="search" aria-label="Filter flows">
      <div class="filter-row first">
        <Search q={filters.q} set={set} />
        <Select
          label="Environment"
          all="All environments"
          value={filters.environment}
          choices={(facets?.environments ?? [])
            .filter((e) => e.value)
            .map((e) => ({ value: e.value, text: e.value }))}
          pick={(environment) => set({ environment })}
        />
        <Select
          label="Order"
          all="Worst first"
          value={filters.sort === 'newest' ? 'newest' : ''}
          choices={[{ value: 'newest', text: 'Newest first' }]}
          pick={(sort) => set({ sort })}
        />
        <TimeRange from={filters.from} to={filters.to} set={set} />
        <Live filters={filters} />
      </div>
      <div class="filter-row">
        <StatusChips filters={filters} facets={facets} set={set} />
        <div class="picks">
          <Select
            label="Team"
            all="Any team"
            value={filters.team}
            choices={(facets?.teams ?? []).map((t) => ({ value: t.id, text: t.name || teamName(t.id) }))}
            pick={(team) => set({ team })}
            unknown={(ids) => ids.split(',').map(teamName).join(' and ')}
          />
          <Select
            label="Flow type"
            all="Any flow type"
            value={filters.type}
            choices={(facets?.types ?? []).map((t) => ({
              value: t.id,
              text: `${t.operation} · ${t.service}`,
            }))}
            pick={(type) => set({ type })}
          />
          <Select
            label="Kind of hop"
            all="Any kind"
            value={filters.kind}
            choices={(facets?.kinds ?? ['api', 'event', 'queue', 'workflow']).map((k) => ({
              value: k,
              text: capital(k),
            }))}
            pick={(kind) => set({ kind })}
          />
          {!clean && (
            <button
              type="button"
              class="btn quiet icon"
              title="Clear the filters"
              aria-label="Clear the filters"
              onClick={() => set({ q: '', team: '', type: '', kind: '', status: '' })}
            >
              <Icon name="close" size={13} />
            </button>
          )}
        </div>
      </div>
    </div>
  );
}
