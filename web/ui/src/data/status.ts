import { signal } from '@preact/signals';
import { api, Problem, type Status } from './api.ts';

export interface Health {
  level: 'ok' | 'warn' | 'bad' | 'unknown';
  title: string;
  detail: string;
}

export const status = signal<Status | null>(null);
export const health = signal<Health>({ level: 'unknown', title: 'Asking…', detail: '' });

/** Data later than this is worth a banner: verdicts are promised within seconds. */
const lateNs = 30e9;

/** judgeHealth says in one line how much the page can be trusted at this moment. */
export function judgeHealth(s: Status): Health {
  const away = s.parts.find((p) => p.state === 'away');
  if (away) {
    return {
      level: 'bad',
      title: `The ${away.name} is away`,
      detail: away.detail || 'Spans are still accepted and kept; answers resume when it is back.',
    };
  }
  const starting = s.parts.find((p) => p.state === 'starting');
  if (starting || !s.ready) {
    return {
      level: 'warn',
      title: `The ${starting?.name ?? 'server'} is starting`,
      detail: starting?.detail ?? '',
    };
  }
  const late = s.parts.reduce((max, p) => Math.max(max, p.lag_ns ?? 0), 0);
  if (late > lateNs) {
    const part = s.parts.find((p) => p.lag_ns === late);
    return {
      level: 'warn',
      title: `Data is ${Math.round(late / 1e9)} s late`,
      detail: `The ${part?.name ?? 'server'} is catching up; the newest flows may be missing or unjudged.`,
    };
  }
  const weak = s.parts.find((p) => p.state !== 'ok');
  if (weak) return { level: 'warn', title: `The ${weak.name} is ${weak.state}`, detail: weak.detail };
  if (s.ownership.error) {
    return {
      level: 'warn',
      title: 'A source of owners is broken',
      detail: `${s.ownership.error}. What it said before still holds.`,
    };
  }
  return { level: 'ok', title: 'All parts are well', detail: '' };
}

async function ask(): Promise<void> {
  try {
    const s = await api.status(AbortSignal.timeout(8000));
    status.value = s;
    health.value = judgeHealth(s);
  } catch (cause) {
    const problem = cause instanceof Problem ? cause : null;
    health.value = {
      level: 'bad',
      title: problem?.title ?? 'Baton does not answer',
      detail: `${problem?.detail ?? 'It took too long.'} What you see may be old; the page keeps trying.`,
    };
  }
}

/** Asks every ten seconds, every three while something is wrong, and never while the tab is hidden. */
export function followStatus() {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const turn = async () => {
    clearTimeout(timer);
    if (document.hidden) return;
    await ask();
    timer = setTimeout(turn, health.value.level === 'ok' ? 10_000 : 3_000);
  };
  document.addEventListener('visibilitychange', () => void turn());
  void turn();
}
