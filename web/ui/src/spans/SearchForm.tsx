import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icons.tsx';
import { type Condition, entered, format, maxConditions } from './where.ts';

const none: Condition = { key: '', value: '' };

/** What every sender has, and the fields that can be named like attributes. */
const suggested = [
  'service',
  'name',
  'status',
  'kind',
  'order.id',
  'correlation.id',
  'http.route',
  'http.response.status_code',
  'messaging.destination.name',
  'messaging.message.id',
  'db.query.text',
  'error.type',
  'k8s.pod.name',
];

/** The conditions as lines of key and value; Enter in any of them searches. */
export function SearchForm({ where, search }: { where: Condition[]; search: (c: Condition[]) => void }) {
  const [lines, setLines] = useState<Condition[]>(where.length > 0 ? where : [none]);
  const key = where.map(format).join('\n');
  useEffect(() => setLines(where.length > 0 ? where : [none]), [key]);
  const form = useRef<HTMLFormElement>(null);
  const change = (at: number, patch: Partial<Condition>) =>
    setLines(lines.map((line, i) => (i === at ? { ...line, ...patch } : line)));
  const focus = (at: number) =>
    requestAnimationFrame(() =>
      form.current?.querySelectorAll<HTMLInputElement>('.where-key input')[at]?.focus(),
    );
  const submit = (e: Event) => {
    e.preventDefault();
    const conditions = entered(lines);
    if (conditions.length === 0) return focus(0);
    setLines(conditions);
    search(conditions);
  };
  const drop = (at: number) => {
    const left = lines.filter((_, i) => i !== at);
    setLines(left.length > 0 ? left : [none]);
    focus(Math.max(at - 1, 0));
  };
  return (
    <form class="where" ref={form} onSubmit={submit}>
      {lines.map((line, i) => (
        <div key={i} class="where-line">
          <span class="muted where-and">{i === 0 ? 'where' : 'and'}</span>
          <span class="field where-key">
            <input
              id={i === 0 ? 'search' : undefined}
              list="where-keys"
              placeholder="attribute, e.g. order.id"
              aria-label={`Attribute ${i + 1}`}
              value={line.key}
              maxLength={1281}
              autoComplete="off"
              spellcheck={false}
              onInput={(e) => change(i, { key: e.currentTarget.value })}
            />
          </span>
          <span class="muted">=</span>
          <span class="field where-value">
            <input
              placeholder="value, whole and exact"
              aria-label={`Value ${i + 1}`}
              value={line.value}
              maxLength={1024}
              autoComplete="off"
              spellcheck={false}
              onInput={(e) => change(i, { value: e.currentTarget.value })}
            />
          </span>
          {(lines.length > 1 || line.key !== '' || line.value !== '') && (
            <button
              type="button"
              class="btn quiet icon"
              aria-label={`Take condition ${i + 1} away`}
              title="Take it away"
              onClick={() => drop(i)}
            >
              <Icon name="close" size={13} />
            </button>
          )}
        </div>
      ))}
      <datalist id="where-keys">
        {suggested.map((k) => (
          <option key={k} value={k} />
        ))}
      </datalist>
      <div class="where-line">
        <span class="where-and" />
        <button type="submit" class="btn primary">
          <Icon name="search" size={13} /> Search
        </button>
        {lines.length < maxConditions && (
          <button
            type="button"
            class="btn"
            onClick={() => {
              setLines([...lines, none]);
              focus(lines.length);
            }}
          >
            Add a condition
          </button>
        )}
      </div>
    </form>
  );
}
