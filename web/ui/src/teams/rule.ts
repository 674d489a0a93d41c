import type { Endpoint } from '../data/api.ts';

/** YAML takes JSON strings, and a quoted value cannot be misread as a number, a list or a comment. */
const quote = (text: string) => (/^[A-Za-z][\w./-]*$/.test(text) ? text : JSON.stringify(text));

const ownSide = new Set(['channel', 'gateway']);

/**
 * The rule that would give an endpoint an owner. A service is owned as a whole, because its parts seldom have
 * different owners; a channel is named by itself, because its producer and its consumer often do.
 */
export function ruleFor(
  e: Pick<Endpoint, 'service' | 'kind' | 'destination' | 'role'>,
  owner = 'TEAM',
): string {
  const match =
    ownSide.has(e.role) && e.destination
      ? `{kind: ${quote(e.kind)}, destination: ${quote(e.destination)}, role: ${quote(e.role)}}`
      : e.service
        ? `{service: ${quote(e.service)}}`
        : `{host: ${quote(e.destination)}}`;
  return `  - match: ${match}\n    owner: ${owner}`;
}
