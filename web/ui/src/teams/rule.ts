import type { Endpoint } from '../data/api.ts';

/** What an endpoint is called by: its service, or what it is where it belongs to none. */
export const nameOf = (e: Pick<Endpoint, 'service' | 'destination' | 'workflow' | 'host'>) =>
  e.service || e.destination || e.workflow || e.host;

/** YAML takes JSON strings, and a quoted value cannot be misread as a number, a list or a comment. */
const quote = (text: string) => (/^[A-Za-z][\w./-]*$/.test(text) ? text : JSON.stringify(text));

const ownSide = new Set(['channel', 'gateway']);

/**
 * The rule that would give an endpoint an owner. A service is owned as a whole, because its parts seldom have
 * different owners; a channel is named by itself, because its producer and its consumer often do.
 */
export function ruleFor(
  e: Pick<Endpoint, 'service' | 'kind' | 'destination' | 'host' | 'role'>,
  owner = 'TEAM',
): string {
  const match =
    ownSide.has(e.role) && e.destination
      ? `{kind: ${quote(e.kind)}, destination: ${quote(e.destination)}, role: ${quote(e.role)}}`
      : e.service
        ? `{service: ${quote(e.service)}}`
        : `{host: ${quote(e.host)}}`;
  return `  - match: ${match}\n    owner: ${owner}`;
}
