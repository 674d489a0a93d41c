import { describe, expect, it } from 'vitest';
import { findGaps, niceStep, pan, ticks, timeScale, zoom } from '../src/waterfall/timeScale.ts';

const s = 1e9;
const spans = (list: [start: number, duration: number][]) => ({
  n: list.length,
  start: Float64Array.from(list, (x) => x[0]),
  duration: Float64Array.from(list, (x) => x[1]),
  total: Math.max(...list.map((x) => x[0] + x[1])),
});

describe('findGaps', () => {
  it('finds a rest between two traces, exactly', () => {
    expect(
      findGaps(
        spans([
          [0, 0.2 * s],
          [600 * s, 0.3 * s],
        ]),
      ),
    ).toEqual([{ from: 0.2 * s, to: 600 * s }]);
  });
  it('finds a rest inside a workflow that stays open', () => {
    expect(
      findGaps(
        spans([
          [0, 1000 * s],
          [0, s],
          [999 * s, s],
        ]),
      ),
    ).toEqual([{ from: s, to: 999 * s }]);
  });
  it('leaves short flows as they are', () => {
    expect(
      findGaps(
        spans([
          [0, 0.01 * s],
          [0.8 * s, 0.01 * s],
        ]),
      ),
    ).toEqual([]);
  });
  it('leaves steady work as it is', () => {
    expect(findGaps(spans(Array.from({ length: 40 }, (_, i) => [i * s, 0.5 * s])))).toEqual([]);
  });
});

describe('timeScale', () => {
  const gaps = [{ from: s, to: 601 * s }];
  const scale = timeScale(602 * s, gaps);
  it('runs from 0 to 1 and never back', () => {
    let before = -1;
    for (let t = 0; t <= 602 * s; t += s / 2) {
      const p = scale.at(t);
      expect(p).toBeGreaterThanOrEqual(before);
      before = p;
    }
    expect(scale.at(0)).toBe(0);
    expect(scale.at(602 * s)).toBeCloseTo(1, 12);
  });
  it('gives a rest little room and work the remainder', () => {
    expect(scale.at(601 * s) - scale.at(s)).toBeCloseTo(0.08, 6);
    expect(scale.at(s)).toBeCloseTo(0.46, 6);
  });
  it('has an inverse', () => {
    for (const t of [0, 0.3 * s, s, 300 * s, 601.5 * s])
      expect(scale.inverse(scale.at(t)) / s).toBeCloseTo(t / s, 6);
  });
  it('is a straight line without rests', () => expect(timeScale(100, []).at(25)).toBe(0.25));
  it('shows work between many rests', () => {
    const many = Array.from({ length: 7 }, (_, i) => ({ from: (i * 10 + 1) * s, to: (i * 10 + 10) * s }));
    const dense = timeScale(71 * s, many);
    expect(dense.at(71 * s)).toBeCloseTo(1, 12);
    expect(dense.at(s)).toBeGreaterThan(0.04);
  });
});

describe('ticks', () => {
  it.each([
    [3, 5],
    [70, 100],
    [1.1 * s, 2 * s],
    [20 * s, 30 * s],
    [4000 * s, 7200 * s],
    [100_000 * s, 172_800 * s],
  ])('a step for %d is %d', (ns, step) => expect(niceStep(ns)).toBe(step));
  it('stand outside of rests and apart from each other', () => {
    const scale = timeScale(602 * s, [{ from: s, to: 601 * s }]);
    const list = ticks(scale, { from: 0, to: 1 }, 1000);
    expect(list.length).toBeGreaterThan(5);
    for (const t of list) expect(t.ns <= s || t.ns >= 601 * s).toBe(true);
    for (let i = 1; i < list.length; i++) expect(list[i]!.x - list[i - 1]!.x).toBeGreaterThan(46);
  });
  it('end even at a zoom of a billion', () => {
    expect(ticks(timeScale(1e15, []), { from: 0.5, to: 0.5 + 1e-7 }, 1000).length).toBeLessThan(40);
  });
});

describe('zoom and pan', () => {
  it('keep the point under the pointer', () => {
    const view = zoom({ from: 0, to: 1 }, 0.25, 0.5);
    expect(view).toEqual({ from: 0.125, to: 0.625 });
  });
  it('never leave the flow', () => {
    expect(zoom({ from: 0, to: 0.5 }, 0, 10)).toEqual({ from: 0, to: 1 });
    expect(pan({ from: 0.6, to: 0.9 }, 5)).toEqual({ from: 0.7, to: 1 });
  });
});
