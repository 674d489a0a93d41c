import { describe, expect, it } from 'vitest';
import { ago, bytes, count, duration, plural, webLink } from '../src/parts/format.ts';
import { assignHues, hueOf } from '../src/parts/hues.ts';

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [Number.NaN, '0 ms'],
    [840, '0.8 µs'],
    [840_000, '840 µs'],
    [12_400_000, '12.4 ms'],
    [182e6, '182 ms'],
    [999.4e6, '999 ms'],
    [999.6e6, '1.00 s'],
    [1.2e9, '1.20 s'],
    [59.96e9, '1 min'],
    [62.4e9, '1 min 2 s'],
    [3600e9, '1 h'],
    [3599.9e9, '1 h'],
    [(26 * 3600 + 120) * 1e9, '1 d 2 h'],
  ])('%d ns is %s', (ns, text) => expect(duration(ns)).toBe(text));
});

describe('ago', () => {
  const now = 1_000_000_000;
  it.each([
    [now + 5000, 'now'],
    [now - 1000, 'now'],
    [now - 59_000, '59 s ago'],
    [now - 61_000, '1 min ago'],
    [now - 7_200_000, '2 h ago'],
    [now - 172_800_000, '2 d ago'],
  ])('%d is %s', (at, text) => expect(ago(at, now)).toBe(text));
});

describe('counts and sizes', () => {
  it('stay short', () => {
    expect([count(1234), count(12_345), plural(1, 'flow'), plural(2, 'flow')]).toEqual([
      '1,234',
      '12.3K',
      '1 flow',
      '2 flows',
    ]);
    expect([bytes(512), bytes(1536), bytes(88_213_111)]).toEqual(['512 B', '1.5 KiB', '84.1 MiB']);
  });
});

describe('webLink', () => {
  it.each([
    ['https://runbooks.example.com/x', true],
    ['HTTP://example.com', true],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    [' https://example.com', false],
    ['https://example.com/a b', false],
  ])('%s', (text, ok) => expect(webLink(text) !== null).toBe(ok));
});

describe('team colours', () => {
  const ids = ['payments', 'orders', 'edge', 'shipping', 'integration', 'inventory', 'notify', 'fraud'];
  it('are all different for eight teams, whatever their order', () => {
    const hues = assignHues(ids);
    expect(new Set(hues.values()).size).toBe(ids.length);
    expect(assignHues([...ids].reverse())).toEqual(hues);
  });
  it('survive more teams than colours', () => {
    const many = Array.from({ length: 60 }, (_, i) => `team-${i}`);
    expect(assignHues(many).size).toBe(60);
  });
  it('have a fallback that is always the same', () => expect(hueOf('x')).toBe(hueOf('x')));
});
