import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, type SpanDetail } from '../data/api.ts';
import { useResource } from '../data/resource.ts';
import { Copy } from '../parts/Copy.tsx';
import { duration, exact } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { TeamName } from '../parts/TeamName.tsx';
import { Bones, Trouble } from '../parts/Trouble.tsx';
import { Attributes, text } from './Attributes.tsx';

function Section({ title, n, children }: { title: string; n?: number; children: ComponentChildren }) {
  return (
    <section>
      <h3>
        {title}
        {n !== undefined && <span class="num">{n}</span>}
      </h3>
      {children}
    </section>
  );
}

function Events({ span }: { span: SpanDetail }) {
  return (
    <Section title="Events" n={span.events.length}>
      {span.events.map((e, i) => {
        const stack = e.attributes.find((a) => a.key === 'exception.stacktrace');
        const rest = e.attributes.filter((a) => a !== stack);
        return (
          <div key={i} class={`event ${e.name === 'exception' ? 'exception' : ''}`}>
            <strong>{e.name}</strong>{' '}
            <span class="soft num" title={exact(e.time)}>
              {e.offset_ns < 0 ? '−' : '+'}
              {duration(Math.abs(e.offset_ns))}
            </span>
            <Attributes list={rest} />
            {stack && (
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
              <pre class="stack" role="region" tabIndex={0} aria-label="Stack trace">
                {text(stack.type, stack.value)}
              </pre>
            )}
          </div>
        );
      })}
    </Section>
  );
}

function Links({ span }: { span: SpanDetail }) {
  return (
    <Section title="Links" n={span.links.length}>
      <dl class="attrs">
        {span.links.map((l) => [
          <dt key={`${l.trace_id}${l.span_id}k`}>trace</dt>,
          <dd key={`${l.trace_id}${l.span_id}`}>
            <a class="link mono" href={`/traces/${l.trace_id}?span=${l.span_id}`}>
              {l.trace_id}
            </a>
            {l.attributes.length > 0 && (
              <div class="muted">
                {l.attributes.map((a) => `${a.key}=${text(a.type, a.value)}`).join(', ')}
              </div>
            )}
          </dd>,
        ])}
      </dl>
    </Section>
  );
}

function Facts({ span }: { span: SpanDetail }) {
  const c = span.classification;
  return (
    <dl class="attrs">
      <dt>Owner</dt>
      <dd>
        <TeamName id={span.owner.team} />
        <div class="muted">
          {span.owner.source === 'none'
            ? 'no rule, entry or attribute names one'
            : `by ${span.owner.source}: ${span.owner.detail}`}
        </div>
      </dd>
      <dt>Status</dt>
      <dd class={span.status.code === 'error' ? 'err-text' : ''}>
        {span.status.code}
        {span.status.message && `: ${span.status.message}`}
      </dd>
      <dt>Started</dt>
      <dd>{exact(span.start)}</dd>
      <dt>Duration</dt>
      <dd class="num">{duration(span.duration_ns)}</dd>
      <dt>Seen as</dt>
      <dd>
        {[c.kind, c.role, c.system].filter(Boolean).join(' · ')}
        {c.destination && ` → ${c.destination}`}
        <div class="muted">{c.rule}</div>
      </dd>
      {span.correlations.map((x) => [
        <dt key={`${x.key}k`}>{x.key}</dt>,
        <dd key={x.key}>
          <a class="link" href={`/?q=${encodeURIComponent(`${x.key}=${x.value}`)}&from=now-24h`}>
            {x.value}
          </a>
        </dd>,
      ])}
      <dt>Environment</dt>
      <dd>{span.environment || '–'}</dd>
      <dt>Span id</dt>
      <dd>
        <Copy text={span.span_id} />
      </dd>
      <dt>Trace id</dt>
      <dd>
        <Copy text={span.trace_id} />
      </dd>
      {span.parent_span_id && [
        <dt key="pk">Parent id</dt>,
        <dd key="p">
          <Copy text={span.parent_span_id} />
        </dd>,
      ]}
      {span.trace_state && [<dt key="tk">Trace state</dt>, <dd key="t">{span.trace_state}</dd>]}
    </dl>
  );
}

function Detail({ span, filter }: { span: SpanDetail; filter: string }) {
  const wanted = filter.toLowerCase();
  const sift = (list: SpanDetail['attributes']) =>
    wanted ? list.filter((a) => `${a.key} ${text(a.type, a.value)}`.toLowerCase().includes(wanted)) : list;
  const own = sift(span.attributes);
  const resource = sift(span.resource.attributes);
  return (
    <>
      {!wanted && <Facts span={span} />}
      {!wanted && span.events.length > 0 && <Events span={span} />}
      <Section title="Attributes" n={own.length}>
        <Attributes list={own} start={span.start} />
      </Section>
      {!wanted && span.links.length > 0 && <Links span={span} />}
      <Section title="Resource" n={resource.length}>
        <Attributes list={resource} start={span.start} />
      </Section>
      {!wanted && (
        <Section title="Instrumentation">
          <dl class="attrs">
            <dt>Scope</dt>
            <dd>
              {span.scope.name || '–'} {span.scope.version}
            </dd>
          </dl>
          <Attributes list={span.scope.attributes} />
        </Section>
      )}
    </>
  );
}

interface Props {
  trace: string;
  id: string;
  kind: string;
  close: () => void;
}

/** Everything about one span, asked for when it is opened: a waterfall of 50,000 carries no attributes. */
export function SpanPanel({ trace, id, kind, close }: Props) {
  const got = useResource(`${trace}/${id}/${kind}`, (s) => api.span(trace, id, kind, s));
  const [filter, setFilter] = useState('');
  useEffect(() => {
    const esc = (e: KeyboardEvent) => {
      if (
        e.key === 'Escape' &&
        !document.querySelector('dialog[open]') &&
        !(e.target instanceof HTMLInputElement)
      )
        close();
    };
    addEventListener('keydown', esc);
    return () => removeEventListener('keydown', esc);
  }, [close]);
  const span = got.data;
  return (
    <aside class="span-panel" aria-label="Span details">
      <div class="span-head">
        <div class="head-line">
          <span class="soft clip">{span?.service ?? ' '}</span>
          <span class="grow" />
          <button
            type="button"
            class="btn quiet icon"
            onClick={close}
            aria-label="Close span details"
            title="Close (Esc)"
          >
            <Icon name="close" />
          </button>
        </div>
        <h2>{span?.name ?? 'Span'}</h2>
        <span class="field search">
          <Icon name="filter" size={13} />
          <input
            type="search"
            placeholder="Filter attributes"
            aria-label="Filter attributes"
            value={filter}
            onInput={(e) => setFilter(e.currentTarget.value)}
          />
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <div class="span-body" tabIndex={0}>
        {got.problem ? (
          <Trouble problem={got.problem} retry={got.refresh} />
        ) : span ? (
          <Detail span={span} filter={filter.trim()} />
        ) : (
          <Bones rows={10} height={30} />
        )}
      </div>
    </aside>
  );
}
