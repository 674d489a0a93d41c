import type { Culprit } from '../data/api.ts';

const phrases: Record<string, string> = {
  consumer: 'consumer of',
  producer: 'producer to',
  channel: 'the channel',
  provider: 'provider of',
  caller: 'caller of',
  orchestrator: 'orchestrator of',
  activity: 'activity',
  gateway: 'gateway for',
  'hand-off': 'hand-off on',
};

/** What part the culprit played: "consumer of payments.charge". */
export function roleOf(c: Pick<Culprit, 'role' | 'operation' | 'kind'>): string {
  const phrase = phrases[c.role] ?? c.role ?? c.kind;
  return c.operation ? `${phrase} ${c.operation}` : phrase;
}
