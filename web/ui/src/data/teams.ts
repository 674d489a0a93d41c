import { signal } from '@preact/signals';
import { assignHues } from '../parts/hues.ts';
import { api, type Team } from './api.ts';

/** Every team by id, for names, contacts and colours anywhere on the page. */
export const teams = signal<ReadonlyMap<string, Team>>(new Map());
export const hues = signal<ReadonlyMap<string, number>>(new Map());

export function learnTeams(list: Team[]) {
  teams.value = new Map(list.map((t) => [t.id, t]));
  hues.value = assignHues(list.map((t) => t.id));
}

let asked: Promise<void> | null = null;

/** Fetches the teams once; a failure is tried again by the next page that needs them. */
export function needTeams(): Promise<void> {
  asked ??= api
    .teams({}, AbortSignal.timeout(15_000))
    .then((answer) => learnTeams(answer.teams))
    .catch(() => {
      asked = null;
    });
  return asked;
}

export const teamName = (id: string) => teams.value.get(id)?.name || id;
