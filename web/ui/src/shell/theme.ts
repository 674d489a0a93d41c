import { signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';

const order: Theme[] = ['auto', 'light', 'dark'];
const stored = document.documentElement.dataset.theme;

export const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'auto');

/** Grows when colours change, for what is painted rather than styled. */
export const paletteTurn = signal(0);

const system = matchMedia('(prefers-color-scheme: dark)');
system.addEventListener('change', () => paletteTurn.value++);

export function nextTheme() {
  const next = order[(order.indexOf(theme.value) + 1) % order.length]!;
  theme.value = next;
  const root = document.documentElement;
  if (next === 'auto') delete root.dataset.theme;
  else root.dataset.theme = next;
  try {
    if (next === 'auto') localStorage.removeItem('baton.theme');
    else localStorage.setItem('baton.theme', next);
  } catch {
    // Storage may be denied; the choice then holds for this visit.
  }
  paletteTurn.value++;
}
