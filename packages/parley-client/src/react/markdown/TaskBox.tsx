import { useStrings } from '../strings.ts';

/** The checkbox of a task list's item. */
export function TaskBox({ isDone }: { isDone: boolean }) {
  const say = useStrings();
  return <input type="checkbox" checked={isDone} disabled aria-label={say(isDone ? 'taskDone' : 'taskOpen')} />;
}
