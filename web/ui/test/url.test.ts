import { describe, expect, it } from 'vitest';
import { carry, withQuery } from '../src/data/url.ts';
import { isLive, readFilters, searchable, toApi, toggled } from '../src/flows/filters.ts';
import { fromLocal, toLocal } from '../src/flows/TimeRange.tsx';

const read = (text: string) => readFilters(new URLSearchParams(text));

describe('the address', () => {
  it('changes, adds and drops parameters', () => {
    expect(withQuery('/?a=1&b=2', { a: '3', b: null, c: '4' })).toBe('/?a=3&c=4');
    expect(withQuery('/flows?a=1', { a: '' })).toBe('/flows');
  });
  it('escapes what people type', () => {
    const url = withQuery('/', { q: 'a&b=c #%<script>' });
    expect(new URLSearchParams(url.split('?')[1]).get('q')).toBe('a&b=c #%<script>');
  });
  it('carries the window and the environment to other pages, and nothing else', () => {
    const query = new URLSearchParams('from=now-6h&environment=prod&q=x&status=failed&span=1');
    expect(carry('/teams', query)).toBe('/teams?from=now-6h&environment=prod');
    expect(carry('/', query, { team: 'pay' })).toBe('/?from=now-6h&environment=prod&team=pay');
  });
});

describe('filters', () => {
  it('start with the worst of the last hour', () => {
    expect(toApi(read(''))).toEqual({ from: 'now-1h', sort: 'worst' });
  });
  it('go to the server as they are in the address', () => {
    expect(toApi(read('from=now-5m&status=failed,stalled,failed,&team=pay&q= x &sort=newest'))).toEqual({
      from: 'now-5m',
      sort: 'newest',
      team: 'pay',
      q: 'x',
      status: 'failed,stalled',
    });
  });
  it('pass on statuses that this page does not know', () => {
    expect(toApi(read('status=quarantined')).status).toBe('quarantined');
  });
  it('fall back to the worst first for an unknown order', () => {
    expect(read('sort=up').sort).toBe('worst');
  });
  it('are live only while the window ends now', () => {
    expect(isLive(read('from=now-1h'))).toBe(true);
    expect(isLive(read('to=2026-11-22T12:00:00Z'))).toBe(false);
  });
  it('toggle', () => {
    expect(toggled(['a', 'b'], 'a')).toEqual(['b']);
    expect(toggled(['a'], 'b')).toEqual(['a', 'b']);
  });
});

describe('searchable', () => {
  it.each([
    [
      'CardDeclined: issuer refused charge ch_4711 (insufficient funds)',
      'CardDeclined: issuer refused charge',
    ],
    [
      'dead letter: MaxDeliveryCountExceeded after 10 deliveries',
      'dead letter: MaxDeliveryCountExceeded after',
    ],
    ['timeout', 'timeout'],
    ['4711', ''],
    ['', ''],
  ])('%s', (reason, words) => {
    expect(searchable(reason)).toBe(words);
    expect(reason).toContain(words);
  });
});

describe('local times', () => {
  it('come back as they went', () => {
    expect(fromLocal(toLocal('2026-11-22T11:30:05.000Z'))).toBe('2026-11-22T11:30:05.000Z');
  });
  it('are empty when they cannot be read', () => {
    expect(toLocal('yesterday')).toBe('');
    expect(fromLocal('')).toBe('');
  });
});
