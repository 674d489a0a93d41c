import { hues, teamName, teams } from '../data/teams.ts';
import { hueOf } from './hues.ts';

export function TeamDot({ id }: { id: string | null }) {
  if (!id) return <span class="team-dot none" />;
  return <span class="team-dot" style={{ '--h': String(hues.value.get(id) ?? hueOf(id)) }} />;
}

/** The owner's colour and name; the name carries the meaning, the colour only helps the eye. */
export function TeamName({ id, none = 'No owner' }: { id: string | null; none?: string }) {
  return (
    <span class="team">
      <TeamDot id={id} />
      <span class={id ? 'clip' : 'clip muted'}>{id ? teamName(id) : none}</span>
    </span>
  );
}

/** The teams a flow touches, as squares, with their names for the pointer and for screen readers. */
export function TeamDots({ ids, most = 6 }: { ids: string[]; most?: number }) {
  // Reading the signal subscribes: names arrive after the first rows.
  void teams.value;
  const names = ids.map(teamName).join(', ');
  return (
    <span class="team-dots" title={names}>
      {ids.slice(0, most).map((id) => (
        <TeamDot key={id} id={id} />
      ))}
      {ids.length > most && <span class="muted">+{ids.length - most}</span>}
      <span class="sr">{names || 'no teams'}</span>
    </span>
  );
}
