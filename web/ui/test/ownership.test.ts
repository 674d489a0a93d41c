import { describe, expect, it } from 'vitest';
import type { Endpoint, Unowned } from '../src/data/api.ts';
import { percent, rulesToPaste, where } from '../src/ownership/findings.ts';

describe('percent', () => {
  it.each([
    ['nothing was seen', 0, 0, '–'],
    ['all', 7, 7, '100 %'],
    ['none', 0, 7, '0.0 %'],
    ['one of thousands is missing', 99_999, 100_000, '> 99.9 %'],
    ['one of thousands is there', 1, 100_000, '< 0.1 %'],
    ['it never rounds up', 995, 1000, '99.5 %'],
    ['whole numbers in between', 2, 3, '66 %'],
  ])('%s', (_, owned, total, want) => {
    expect(percent({ owned, total })).toBe(want);
  });
});

const endpoint = (id: string) => ({ id }) as Endpoint;
describe('rulesToPaste', () => {
  const unowned = (rule: string, more: Partial<Unowned> = {}): Unowned => ({
    endpoint: endpoint('1'),
    failures_caused: 0,
    on_purpose: false,
    proposal: null,
    rule,
    ...more,
  });
  it('has every rule once, those with an owner first, and none for what is unowned on purpose', () => {
    const proposal = { team: 'x', team_name: 'X', confidence: 1, evidence: [], catalog_info: '' };
    const text = rulesToPaste([
      unowned('  - open'),
      unowned('  - ready', { proposal }),
      unowned('  - open'),
      unowned('  - left alone', { on_purpose: true }),
    ]);
    expect(text).toBe('rules:\n  - ready\n  - open');
  });
});

describe('where', () => {
  it.each([
    ['a place', { file: 'o.yaml', line: 3, column: 7 }, 'o.yaml:3:7'],
    ['a line', { file: 'o.yaml', line: 3 }, 'o.yaml:3'],
    ['a whole file', { file: 'o.yaml', line: 0, column: 7 }, 'o.yaml'],
  ])('%s', (_, p, want) => {
    expect(where(p)).toBe(want);
  });
});
