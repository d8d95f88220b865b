import type { Listed } from '../sessions/listed.ts';

/** Conversations that stand under one heading: a text of the table, or a month by its first day. */
export interface ListGroup {
  heading: 'pinned' | 'today' | 'yesterday' | 'lastDays' | Date;
  items: readonly Listed[];
}

/** By the days of the user's calendar, in the order in which they come; what is pinned is under one of its own. */
export function listGroups(all: readonly Listed[], now = new Date()): ListGroup[] {
  const headings = new Map(all.map((listed) => [listed, headingOf(listed, now)]));
  const groups = Map.groupBy(headings, ([, heading]) => String(heading));
  return [...groups.values()].flatMap((group) => {
    const heading = group[0]?.[1];
    return heading === undefined ? [] : [{ heading, items: group.map(([listed]) => listed) }];
  });
}

function headingOf({ isPinned, updated }: Listed, now: Date): ListGroup['heading'] {
  if (isPinned) return 'pinned';
  const at = new Date(updated);
  if (at >= daysBefore(now, 0)) return 'today';
  if (at >= daysBefore(now, 1)) return 'yesterday';
  if (at >= daysBefore(now, 7)) return 'lastDays';
  return new Date(at.getFullYear(), at.getMonth());
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}
