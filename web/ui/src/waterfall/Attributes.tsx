import type { Attribute } from '../data/api.ts';
import { webLink } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { condition, format, others } from '../spans/where.ts';

/** text writes a value of any type as a person would; the types are shown beside it. */
export function text(type: string, value: unknown): string {
  if (type === 'empty' || value === null || value === undefined) return '(empty)';
  if (type === 'string') return String(value);
  if (type === 'array' && Array.isArray(value)) {
    return `[${value.map((v: { type: string; value: unknown }) => text(v.type, v.value)).join(', ')}]`;
  }
  if (type === 'map' && Array.isArray(value)) {
    return `{${value.map((v: { key: string; type: string; value: unknown }) => `${v.key}: ${text(v.type, v.value)}`).join(', ')}}`;
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Value({ type, value }: { type: string; value: unknown }) {
  const shown = text(type, value);
  const href = type === 'string' ? webLink(shown) : null;
  if (!href) return <span class={type === 'string' ? '' : 'mono'}>{shown}</span>;
  return (
    <a class="link" href={href} target="_blank" rel="noreferrer noopener">
      {shown}
    </a>
  );
}

/** A link to the spans that have the same value, for values that can be searched for. */
function Others({ attribute, start }: { attribute: Attribute; start: string }) {
  const wanted = condition(attribute);
  if (!wanted) return null;
  const name = `Find spans with ${format(wanted)}`;
  return (
    <a class="others" href={others(wanted, start, Date.now())} title={name} aria-label={name}>
      <Icon name="search" size={12} />
    </a>
  );
}

/** With the start of their span, attributes lead to others with the same value. */
export function Attributes({ list, start }: { list: Attribute[]; start?: string }) {
  return (
    <dl class="attrs">
      {list.map((a) => [
        <dt key={`${a.key}-k`}>{a.key}</dt>,
        <dd key={a.key}>
          {a.type !== 'string' && <span class="type">{a.type}</span>}
          <Value type={a.type} value={a.value} />
          {start && <Others attribute={a} start={start} />}
        </dd>,
      ])}
    </dl>
  );
}
