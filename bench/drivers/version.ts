/** Whether `1.30.6` is what `1.30` asks for: equal, or longer by whole parts. A leading `v` says nothing. */
export function matchesVersion(version: string, asked: string): boolean {
  const [have, want] = [version.replace(/^v/, ''), asked.replace(/^v/, '')];
  return have === want || have.startsWith(`${want}.`);
}
