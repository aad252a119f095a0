/** What is said of a lane, said of a hop of a chain. Pure. */

/** A hop has neighbours where a lane has a client and an origin. */
export function asOfHop(text: string): string {
  return text
    .replaceAll('the client of a dead origin', 'the downstream of a dead upstream')
    .replaceAll(/\b(?:death of the origin|dead origin)\b/g, (found) =>
      found === 'dead origin' ? 'dead upstream' : 'death of its upstream',
    )
    .replaceAll('the origin', 'its upstream')
    .replaceAll('the client', 'its downstream');
}
