import type { Failure } from '../data/api.ts';
import { count, plural } from '../parts/format.ts';
import { Icon, isIcon } from '../parts/icons.tsx';
import { TeamName } from '../parts/TeamName.tsx';
import { Ago } from '../parts/Time.tsx';
import { verdictClass } from '../parts/words.ts';

interface Props {
  failures: Failure[];
  chosen: (f: Failure) => boolean;
  choose: (f: Failure) => void;
}

/** What one culprit did to how many flows: the short list that a night shift works through from the top. */
export function FailureGroups({ failures, chosen, choose }: Props) {
  return (
    <ol class="groups">
      {failures.map((f) => (
        <li key={f.id}>
          <button
            type="button"
            class={`group ${verdictClass(f.status)}`}
            aria-pressed={chosen(f)}
            onClick={() => choose(f)}
          >
            <span class="group-count num">
              <Icon name={isIcon(f.status) ? f.status : 'failed'} size={13} />
              {count(f.flow_count)}
            </span>
            <span class="group-main">
              <span class="group-reason">{f.culprit.reason || 'No reason given'}</span>
              <span class="group-where clip soft">
                {f.culprit.between ? f.culprit.between.join(' → ') : f.culprit.service}
                <span class="muted"> · {f.culprit.operation}</span>
              </span>
              <span class="group-foot">
                <TeamName id={f.culprit.team} />
                <span class="grow" />
                <span class="muted num" title={plural(f.types.length, 'flow type')}>
                  <Ago time={f.last_seen} />
                </span>
              </span>
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
