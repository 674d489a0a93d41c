import { Icon } from '../parts/icons.tsx';
import type { BarProps } from './FilterBar.tsx';
import { defaultFrom, presets } from './filters.ts';

const pad = (n: number) => String(n).padStart(2, '0');

/** toLocal writes a time as `datetime-local` wants it: the reader's zone, without the zone. */
export function toLocal(time: string): string {
  const d = new Date(time);
  if (Number.isNaN(d.getTime())) return '';
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}:${pad(d.getSeconds())}`;
}

export function fromLocal(text: string): string {
  const d = new Date(text);
  return Number.isNaN(d.getTime()) ? '' : d.toISOString();
}

const isRelative = (text: string) => text.startsWith('now');

export function TimeRange({ from, to, set }: { from: string; to: string; set: BarProps['set'] }) {
  const custom = !isRelative(from) || to !== '';
  const known = presets.some(([value]) => value === from);
  const pick = (value: string) => {
    if (value !== 'custom') return set({ from: value === defaultFrom ? '' : value, to: '' });
    const now = Date.now();
    set({ from: new Date(now - 3_600_000).toISOString(), to: new Date(now).toISOString() });
  };
  return (
    <>
      <span class="field">
        <select
          aria-label="Time range"
          value={custom ? 'custom' : from}
          onChange={(e) => pick(e.currentTarget.value)}
        >
          {!known && !custom && <option value={from}>{from}</option>}
          {presets.map(([value, text]) => (
            <option key={value} value={value}>
              Last {text}
            </option>
          ))}
          <option value="custom">Custom…</option>
        </select>
        <span class="chev">
          <Icon name="chevron" size={12} />
        </span>
      </span>
      {custom && (
        <span class="field range">
          <input
            type="datetime-local"
            step="1"
            aria-label="From"
            value={toLocal(from)}
            onChange={(e) => set({ from: fromLocal(e.currentTarget.value) })}
          />
          <span class="muted">to</span>
          <input
            type="datetime-local"
            step="1"
            aria-label="To"
            value={toLocal(to)}
            onChange={(e) => set({ to: fromLocal(e.currentTarget.value) })}
          />
        </span>
      )}
    </>
  );
}
