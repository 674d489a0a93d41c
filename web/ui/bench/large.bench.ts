import { bench, describe } from 'vitest';
import { flow } from '../dev/estate.ts';
import { largeTable } from '../dev/spans.ts';
import { decode } from '../src/waterfall/spans.ts';
import { Waterfall } from '../src/waterfall/state.ts';

const json = JSON.stringify(largeTable(flow(1, 0)));
const table = JSON.parse(json);
const spans = decode(table);
const open = new Waterfall(spans);
open.foldAll(false);

/** The budget for a flow of 50,000 spans is 50 ms to parse and lay out, and 8 ms a frame. */
describe(`50,000 spans, ${(json.length / 1e6).toFixed(1)} MB of JSON`, () => {
  bench('parse the JSON', () => {
    JSON.parse(json);
  });
  bench('columns to typed arrays', () => {
    decode(table);
  });
  bench('lay out: folds, rests, rows, scale', () => {
    const wf = new Waterfall(spans);
    void wf.rows.value.length;
    void wf.ticks.value.length;
  });
  bench('search for a service', () => {
    open.text.value = open.text.value === 'pay' ? 'payment' : 'pay';
    void open.rows.value.length;
  });
});
