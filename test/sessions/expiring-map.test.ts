import { expect, test } from 'vitest';
import { ExpiringMap } from '../../shared/sessions/memory/expiring-map.ts';

test('an entry is there for its time and not a millisecond longer, also while others are swept away', () => {
  let time = 0;
  const map = new ExpiringMap<string>(() => time);
  map.set('short', 'a', 61_000);
  map.set('long', 'b', 200_000);
  time = 60_999;
  expect(map.get('short')).toBe('a');
  time = 61_000;
  expect(map.get('short')).toBeUndefined();
  map.set('new', 'c', 1000);
  expect(map.get('long')).toBe('b');
  time = 199_999;
  map.set('newer', 'd', 1000);
  expect(map.get('long')).toBe('b');
});
