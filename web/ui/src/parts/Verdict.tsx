import { Icon, isIcon } from './icons.tsx';
import { capital, meaning, verdictClass } from './words.ts';

/** A verdict as glyph and word. Values that this page does not know are shown as they came. */
export function Verdict({ status, pill = false }: { status: string; pill?: boolean }) {
  return (
    <span class={`verdict ${verdictClass(status)} ${pill ? 'pill' : ''}`} title={meaning[status]}>
      <Icon name={isIcon(status) ? status : 'cancelled'} size={14} />
      {capital(status)}
    </span>
  );
}
