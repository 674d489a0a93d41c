/** The verdicts in the order in which they need a person; what is not listed comes last. */
export const verdicts = [
  'failed',
  'stalled',
  'slow',
  'compensated',
  'degraded',
  'running',
  'rejected',
  'cancelled',
  'completed',
] as const;

const coloured = new Set(['failed', 'stalled', 'slow', 'degraded', 'completed', 'running', 'compensated']);

export const verdictClass = (status: string) => `v-${coloured.has(status) ? status : 'other'}`;

export const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** What each verdict means, for tooltips: the words are Baton's own. */
export const meaning: Record<string, string> = {
  failed: 'A hop failed and nothing recovered it',
  stalled: 'The next hop that always follows has not come',
  slow: 'It completed, far later than its type usually does',
  compensated: 'It failed, and a compensation undid it',
  degraded: 'It completed with errors that were recovered or handled',
  running: 'It is still going on',
  rejected: 'Refused at the entry for the caller’s own fault',
  cancelled: 'Ended by request',
  completed: 'It completed',
};

const opening: Record<string, string> = {
  failed: 'Failed',
  stalled: 'Stalled',
  slow: 'Slow',
  compensated: 'Failed and was compensated',
  degraded: 'Recovered from an error',
  rejected: 'Rejected',
};

/** The first words of the sentence about a flow: "Failed at …". */
export const happened = (status: string) => opening[status] ?? capital(status);
