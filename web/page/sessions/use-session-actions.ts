import { useState } from 'react';
import { type ParleyClient, ParleyError } from '../../../packages/parley-client/src/index.ts';
import { failureText } from '../../../packages/parley-client/src/react/index.ts';
import { languages } from '../languages/languages.ts';
import { useStrings } from '../languages/strings.ts';
import { useLanguage } from '../languages/use-language.ts';
import { type ExportFormat, exportConversation } from './export-conversation.ts';
import type { Listed } from './listed.ts';
import type { Sessions } from './use-sessions.ts';

export interface SessionActions {
  /** Whose title is being written. */
  renaming: string | undefined;
  /** The one that was pinned or unpinned last, and so stands elsewhere in the list. */
  moved: string | undefined;
  /** Asked about before it is deleted. */
  doomed: Listed | undefined;
  /** In words, why what was wanted last did not happen. */
  failure: string | undefined;
  beginRename: (session: Listed) => void;
  /** @param title nothing where it stays as it is */
  rename: (session: Listed, title: string | undefined) => void;
  pin: (session: Listed) => void;
  save: (session: Listed, format: ExportFormat) => void;
  doom: (session: Listed) => void;
  answer: (consents: boolean) => void;
}

interface SessionActionsOptions {
  client: ParleyClient;
  sessions: Pick<Sessions, 'edit' | 'forget'>;
  /** Called before it goes; what is returned, when it has gone. */
  onForget: (id: string) => () => void;
}

/** What the user does with conversations, at one place of the page. */
export function useSessionActions({ client, sessions, onForget }: SessionActionsOptions): SessionActions {
  const say = useStrings();
  const [renaming, setRenaming] = useState<string>();
  const [moved, setMoved] = useState<string>();
  const [doomed, setDoomed] = useState<Listed>();
  const [failed, setFailed] = useState<Failed>();
  const { panel } = languages[useLanguage().language];
  const attempt = (what: Failed['what'], act: Promise<void>, done?: () => void) => {
    setFailed(undefined);
    act.then(done, (error: unknown) => setFailed({ what: isTooMany(error) ? 'tooManyPinned' : what, error }));
  };
  return {
    ...{ renaming, moved, doomed, doom: setDoomed },
    failure: failed && say(failed.what, { reason: failureText(failed.error, panel) }),
    beginRename: ({ id }) => setRenaming(id),
    rename: ({ id, title: before }, title) => {
      setRenaming(undefined);
      if (title === undefined || title === before) return;
      attempt('notRenamed', sessions.edit(id, { title }));
    },
    pin: ({ id, isPinned }) =>
      attempt(isPinned ? 'notUnpinned' : 'notPinned', sessions.edit(id, { pinned: !isPinned }), () => setMoved(id)),
    save: (session, format) => attempt('notExported', exportConversation(client, session.id, format, say, panel)),
    answer: (consents) => {
      setDoomed(undefined);
      if (!consents || doomed === undefined) return;
      attempt('notDeleted', sessions.forget(doomed), onForget(doomed.id));
    },
  };
}

interface Failed {
  what: 'notRenamed' | 'notPinned' | 'notUnpinned' | 'tooManyPinned' | 'notExported' | 'notDeleted';
  error: unknown;
}

function isTooMany(error: unknown): boolean {
  return error instanceof ParleyError && error.problem.code === 'too-many-pinned';
}
