import { Icon } from '../parts/icons.tsx';
import { useKeys } from './keys.ts';

const shortcuts: [string[], string][] = [
  [['/'], 'Search'],
  [['j', 'k'], 'Next and previous flow or span'],
  [['Enter'], 'Open the flow, show the span'],
  [['←', '→'], 'Collapse and expand spans'],
  [['c'], 'Jump to the culprit'],
  [['e'], 'Show only errors'],
  [['z'], 'Zoom to the span, and back'],
  [['u'], 'Up: back to the list'],
  [['p'], 'Pause and resume live updates'],
  [['.'], 'Show the new flows that wait'],
  [['Esc'], 'Close, or leave the search'],
  [['?'], 'This help'],
];

const id = 'help';
const dialog = () => document.getElementById(id) as HTMLDialogElement | null;
export const openHelp = () => dialog()?.showModal();

export function Help() {
  useKeys({ '?': openHelp });
  return (
    <dialog id={id} class="help" aria-labelledby="help-title">
      <div class="card-head">
        <h2 id="help-title">Keyboard</h2>
        <span class="grow" />
        <button type="button" class="btn quiet icon" aria-label="Close" onClick={() => dialog()?.close()}>
          <Icon name="close" />
        </button>
      </div>
      <dl>
        {shortcuts.flatMap(([keys, text]) => [
          <dt key={`${text}-keys`}>
            {keys.map((k) => (
              <kbd key={k}>{k}</kbd>
            ))}
          </dt>,
          <dd key={text}>{text}</dd>,
        ])}
      </dl>
    </dialog>
  );
}
