import type { Team } from '../data/api.ts';
import { Copy } from './Copy.tsx';
import { webLink } from './format.ts';
import { Icon } from './icons.tsx';
import { capital } from './words.ts';

const known: Record<string, string> = {
  slack: 'Slack',
  pagerduty: 'PagerDuty',
  email: 'E-mail',
  teams: 'Teams',
};

/** At night a channel that rings comes before one that is read in the morning. */
const order = ['slack', 'teams', 'pagerduty', 'opsgenie', 'phone', 'email'];
const place = (channel: string) => (order.indexOf(channel) + order.length + 1) % (order.length + 1);
const byUse = ([a]: [string, string], [b]: [string, string]) => place(a) - place(b) || (a < b ? -1 : 1);

function Contact({ channel, address }: { channel: string; address: string }) {
  const name = known[channel] ?? capital(channel);
  const href = webLink(address) ?? (/^[^\s@]+@[^\s@]+$/.test(address) ? `mailto:${address}` : null);
  if (!href) {
    return (
      <span class="contact">
        <span class="muted">{name}</span> <Copy text={address} label={`Copy ${name}`} />
      </span>
    );
  }
  return (
    <a class="contact link" href={href} target="_blank" rel="noreferrer noopener">
      {webLink(address) ? name : address}
      <Icon name="out" size={12} />
    </a>
  );
}

/** How to reach a team: what has an address is a link, everything else can be copied. */
export function Contacts({ team }: { team: Pick<Team, 'contacts' | 'runbook'> }) {
  const runbook = webLink(team.runbook);
  return (
    <span class="contacts">
      {Object.entries(team.contacts)
        .sort(byUse)
        .map(([channel, address]) => (
          <Contact key={channel} channel={channel} address={address} />
        ))}
      {team.runbook && (
        <span class="contact">
          {runbook ? (
            <a class="link contact" href={runbook} target="_blank" rel="noreferrer noopener">
              Runbook
              <Icon name="out" size={12} />
            </a>
          ) : (
            <Copy text={team.runbook} label="Copy the runbook's place" />
          )}
        </span>
      )}
    </span>
  );
}
