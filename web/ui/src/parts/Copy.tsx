import { useState } from 'preact/hooks';
import { Icon } from './icons.tsx';

/** Puts text on the clipboard; without the permission (plain http), through a selection. */
async function toClipboard(text: string) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

function useCopied() {
  const [copied, setCopied] = useState(false);
  const copy = async (text: string) => {
    await toClipboard(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1400);
  };
  return [copied, copy] as const;
}

/** The beginning of a long id: enough to recognise it, while the whole is what gets copied. */
export const brief = (id: string, most = 18) => (id.length > most + 2 ? `${id.slice(0, most)}…` : id);

export function Copy({ text, show = text, label }: { text: string; show?: string; label?: string }) {
  const [copied, copy] = useCopied();
  return (
    <button type="button" class="copy" title={`Copy ${text}`} onClick={() => void copy(text)}>
      <span class="mono clip">{show}</span>
      <Icon name={copied ? 'check' : 'copy'} size={12} />
      <span class="sr" role="status">
        {copied ? 'Copied' : (label ?? 'Copy')}
      </span>
    </button>
  );
}

export function CodeBlock({ code, label }: { code: string; label: string }) {
  const [copied, copy] = useCopied();
  return (
    <div class="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <pre role="region" tabIndex={0} aria-label={label}>
        {code}
      </pre>
      <button type="button" class="btn" onClick={() => void copy(code)} aria-label={`Copy: ${label}`}>
        {copied ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
