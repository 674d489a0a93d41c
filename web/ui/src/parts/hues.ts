/** Hues far enough apart to be told apart as small squares at one lightness and chroma (OKLCH degrees). */
const wheel = [255, 150, 60, 325, 200, 100, 290, 25, 175, 235, 125, 345, 80, 215, 305, 45];

/** hash is FNV-1a: small, and the same in every session and on every machine. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** The hue of a team that is not in the list. */
export const hueOf = (id: string) => wheel[hash(id) % wheel.length]!;

/**
 * Gives every team the hue its id hashes to, and the next free one when an earlier id took it: a set of teams always
 * gets the same colours, and up to sixteen teams get different ones.
 */
export function assignHues(ids: string[]): Map<string, number> {
  const taken = new Set<number>();
  const out = new Map<string, number>();
  for (const id of [...ids].sort()) {
    let slot = hash(id) % wheel.length;
    if (taken.size < wheel.length) while (taken.has(slot)) slot = (slot + 1) % wheel.length;
    taken.add(slot);
    out.set(id, wheel[slot]!);
  }
  return out;
}
