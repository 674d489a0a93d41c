import { count, plural } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import type { Waterfall } from './state.ts';
import { countOf } from './visible.ts';

export function Tools({ wf, toCulprit }: { wf: Waterfall; toCulprit: () => void }) {
  const fit = wf.fit.value;
  const foldable = wf.gaps.length > 0;
  const anyFolded = wf.folded.value.includes(1);
  return (
    <div class="wf-tools">
      <h2>Waterfall</h2>
      <span class="field search">
        <Icon name="search" size={13} />
        <input
          id="span-search"
          type="search"
          placeholder="Service, span or span id"
          aria-label="Search spans"
          spellcheck={false}
          value={wf.text.value}
          onInput={(e) => {
            wf.text.value = e.currentTarget.value;
          }}
          onKeyDown={(e) => e.key === 'Escape' && e.currentTarget.blur()}
        />
        {wf.text.value === '' && <kbd aria-hidden="true">/</kbd>}
      </span>
      <button
        type="button"
        class="btn"
        aria-pressed={wf.errors.value}
        onClick={() => {
          wf.errors.value = !wf.errors.value;
        }}
      >
        Errors only
      </button>
      {wf.culprit >= 0 && (
        <button type="button" class="btn" onClick={toCulprit} title="c">
          <Icon name="target" size={13} />
          {wf.judged ? 'Culprit' : 'First error'}
        </button>
      )}
      <span class="muted num" role="status">
        {fit ? `${count(countOf(fit))} of ${plural(wf.spans.n, 'span')}` : plural(wf.spans.n, 'span')}
      </span>
      <span class="grow" />
      {wf.zoomed && (
        <button
          type="button"
          class="btn"
          onClick={() => {
            wf.view.value = { from: 0, to: 1 };
          }}
        >
          See all
        </button>
      )}
      {foldable && (
        <button
          type="button"
          class="btn"
          aria-pressed={wf.foldTime.value}
          title="Long rests, in which nothing begins or ends, take little room"
          onClick={() => {
            wf.foldTime.value = !wf.foldTime.value;
          }}
        >
          Fold idle time
        </button>
      )}
      <button type="button" class="btn" onClick={() => wf.foldAll(!anyFolded)}>
        <Icon name="fold" size={13} />
        {anyFolded ? 'Expand all' : 'Collapse all'}
      </button>
    </div>
  );
}

export function Legend() {
  return (
    <div class="wf-legend">
      <span>
        <span class="bar culprit" />
        culprit
      </span>
      <span>
        <span class="bar error" />
        error passed on
      </span>
      <span>
        <span class="bar critical" />
        critical path
      </span>
      <span>
        <span class="team-dot none" /> no owner
      </span>
      <span class="muted">
        Bars have the colour of the owning team. Ctrl + wheel zooms, Shift + wheel moves.
      </span>
    </div>
  );
}
