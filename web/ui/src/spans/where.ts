import type { Attribute } from '../data/api.ts';

/** A condition of the search; the key ends at the first `=`, as in the API. */
export interface Condition {
  key: string;
  value: string;
}

export const maxConditions = 5;

/** parse takes `key=value` apart at the first `=`. */
export const parse = (text: string): Condition => {
  const at = text.indexOf('=');
  return at < 0 ? { key: text, value: '' } : { key: text.slice(0, at), value: text.slice(at + 1) };
};

export const format = (c: Condition) => `${c.key}=${c.value}`;

/** readWhere takes the conditions out of an address; more than the API takes are left to it to refuse. */
export const readWhere = (query: URLSearchParams): Condition[] => query.getAll('where').map(parse);

/** withWhere is an address with other conditions; everything else in it stays. */
export function withWhere(url: string, conditions: Condition[]): string {
  const [path = '/spans', search = ''] = url.split('?');
  const query = new URLSearchParams(search);
  query.delete('where');
  for (const c of conditions) query.append('where', format(c));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

/**
 * entered is what the fields of the form ask for: empty lines are left out, and `key=value` pasted into a key is taken
 * apart.
 */
export function entered(lines: Condition[]): Condition[] {
  return lines
    .map(({ key, value }) => (value === '' && key.includes('=') ? parse(key) : { key, value }))
    .map(({ key, value }) => ({ key: key.trim(), value }))
    .filter((c) => c.key !== '');
}

const searchable = ['string', 'int', 'double', 'bool', 'bytes'];

/** condition is the search for an attribute as it is shown, or nothing where the API has no search for it. */
export function condition(a: Attribute): Condition | null {
  const value = String(a.value);
  if (!searchable.includes(a.type) || a.key === '' || a.key !== a.key.trim() || a.key.includes('='))
    return null;
  const bytes = new TextEncoder();
  if (bytes.encode(a.key).length > 256 || bytes.encode(value).length > 1024) return null;
  return { key: a.key, value };
}

const half = 30 * 60_000;

/** others is the address of the search for spans like one: of the last hour, or around its start when that is older. */
export function others(c: Condition, start: string, now: number): string {
  const at = Date.parse(start);
  const old = !Number.isNaN(at) && (now - at > 2 * half - 60_000 || at > now);
  const around = new URLSearchParams(
    old ? { from: new Date(at - half).toISOString(), to: new Date(at + half).toISOString() } : {},
  );
  return withWhere(`/spans?${around}`, [c]);
}
