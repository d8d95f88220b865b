/** Of conversations that are open on this page and were given no name, by their service. */
const claimed = new Map<string, Set<string>>();

/**
 * The first number that no other open conversation with the service has: the same after a reload for panels that are
 * shown in the same order.
 */
export function claimName(service: string): string {
  const names = claimed.get(service) ?? new Set();
  claimed.set(service, names);
  let number = 1;
  while (names.has(String(number))) number += 1;
  names.add(String(number));
  return String(number);
}

export function releaseName(service: string, name: string): void {
  claimed.get(service)?.delete(name);
}
