import { useEffect, useRef } from 'react';
import { ForkIcon } from '../controls/icons.tsx';
import { Menu } from '../controls/Menu.tsx';
import { useRegainedKeyboard } from '../controls/use-regained-keyboard.ts';
import { useStrings } from '../languages/strings.ts';
import type { Listed } from '../sessions/listed.ts';
import { sessionMenu } from '../sessions/session-menu.tsx';
import { TitleEditor } from '../sessions/TitleEditor.tsx';
import type { SessionActions } from '../sessions/use-session-actions.ts';

interface SessionRowProps {
  session: Listed;
  isCurrent: boolean;
  tabIndex: number;
  actions: SessionActions;
  /** Of a fork, where it is listed. */
  source: Listed | undefined;
  onSelect: (id: string) => void;
}

/** A conversation in the list: its title, which leads to it, and what can be done with it. */
export function SessionRow({ session, isCurrent, tabIndex, actions, source, onSelect }: SessionRowProps) {
  const say = useStrings();
  const main = useRef<HTMLButtonElement>(null);
  const isRenaming = actions.renaming === session.id;
  const isMoved = actions.moved === session.id;
  useRegainedKeyboard(main, isRenaming);
  useEffect(() => {
    if (isMoved && document.activeElement === document.body) main.current?.focus();
  }, [isMoved]);
  const title = session.title || say('untitled');
  if (isRenaming) {
    return (
      <li>
        <TitleEditor title={session.title} onDone={(next) => actions.rename(session, next)} />
      </li>
    );
  }
  const showOriginal = source && (() => onSelect(source.id));
  return (
    <li>
      <button
        ref={main}
        type="button"
        className="parley-session"
        tabIndex={tabIndex}
        aria-current={isCurrent ? 'page' : undefined}
        onClick={() => onSelect(session.id)}
      >
        <span dir="auto">{title}</span>
        {session.snippet && (
          <span dir="auto" className="parley-snippet">
            {session.snippet}
          </span>
        )}
      </button>
      {session.forked_from && <Origin source={source} />}
      {session.hasFailed && <span className="parley-failed">{say('notAnswered')}</span>}
      <Menu
        name={say('actionsFor', { title })}
        tabIndex={tabIndex}
        items={sessionMenu(session, actions, say, showOriginal)}
      />
    </li>
  );
}

/** Where a conversation comes from that was forked. */
function Origin({ source }: { source: Listed | undefined }) {
  const say = useStrings();
  const words = source ? say('forkedFrom', { title: source.title || say('untitled') }) : say('forkedFromUnlisted');
  return (
    <span className="parley-origin" role="img" aria-label={words} title={words}>
      <ForkIcon />
    </span>
  );
}
