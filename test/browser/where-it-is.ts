/** A time zone where it is so many o'clock now, or a little later: by noon no test comes to another day. */
export function whereItIs(hour: number): string {
  const ahead = (hour - new Date().getUTCHours() + 24) % 24;
  return `Etc/GMT${ahead <= 12 ? `-${ahead}` : `+${24 - ahead}`}`;
}
