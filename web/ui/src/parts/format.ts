const units: [number, string][] = [
  [86_400e9, 'd'],
  [3_600e9, 'h'],
  [60e9, 'min'],
];

/** duration writes nanoseconds with about three digits: 840 µs, 12.4 ms, 1.20 s, 4 min 10 s, 2 d 3 h. */
export function duration(ns: number): string {
  if (!(ns > 0)) return '0 ms';
  if (ns < 1e6) return ns < 1e4 ? `${(ns / 1e3).toFixed(1)} µs` : `${Math.round(ns / 1e3)} µs`;
  if (ns < 999.5e6) return ns < 99.5e6 ? `${(ns / 1e6).toFixed(1)} ms` : `${Math.round(ns / 1e6)} ms`;
  if (ns < 59.95e9) return ns < 9.995e9 ? `${(ns / 1e9).toFixed(2)} s` : `${(ns / 1e9).toFixed(1)} s`;
  const parts: string[] = [];
  let rest = Math.round(ns / 1e9) * 1e9;
  for (const [size, name] of units) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0 || parts.length > 0) parts.push(`${n} ${name}`);
    if (parts.length === 2) break;
  }
  if (parts.length < 2) parts.push(`${Math.round(rest / 1e9)} s`);
  return parts.filter((p) => !p.startsWith('0 ')).join(' ');
}

/** ago writes how long before `now` a time was, in one unit; a time ahead of the clock counts as now. */
export function ago(ms: number, now: number): string {
  const s = Math.round((now - ms) / 1000);
  if (s < 2) return 'now';
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86_400)} d ago`;
}

/** exact writes a server time in full, in the reader's zone and in UTC. */
export function exact(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  const local = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  return `${local} (${time})`;
}

export function clock(ms: number, withSeconds = true): string {
  return new Date(ms).toLocaleTimeString(undefined, {
    hour: '2-digit',
    minute: '2-digit',
    second: withSeconds ? '2-digit' : undefined,
    hour12: false,
  });
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const plain = new Intl.NumberFormat('en');

/** count writes 1,234 in full and 12,345 as 12.3K. */
export const count = (n: number) => (Math.abs(n) < 10_000 ? plain.format(n) : compact.format(n));

export const plural = (n: number, one: string, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/** bytes writes a size in binary units. */
export function bytes(n: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let i = 0;
  while (n >= 1024 && i < names.length - 1) {
    n /= 1024;
    i++;
  }
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${names[i]}`;
}

/** Links come from files and attributes that others wrote: only web addresses become clickable. */
export function webLink(text: string): string | null {
  return /^https?:\/\/[^\s]+$/i.test(text) ? text : null;
}
