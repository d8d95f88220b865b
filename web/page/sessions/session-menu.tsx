import { DeleteIcon, ExportIcon, ForkIcon, PinIcon, RenameIcon } from '../controls/icons.tsx';
import type { MenuItem } from '../controls/Menu.tsx';
import type { PageSay } from '../languages/strings.ts';
import type { Listed } from './listed.ts';
import type { SessionActions } from './use-session-actions.ts';

/**
 * What can be done with a conversation: one that has no session can be deleted and no more, a temporary one stands on no
 * list where a title or a pin would be seen.
 *
 * @param showOriginal of a fork whose source is there
 */
export function sessionMenu(
  session: Listed,
  actions: SessionActions,
  say: PageSay,
  showOriginal: (() => void) | undefined,
): MenuItem[] {
  const { beginRename, pin, save, doom } = actions;
  const item = (name: string, icon: MenuItem['icon'], onChoose: () => void) => ({ name, icon, onChoose });
  return [
    ...(session.isUnsent || session.isTemporary
      ? []
      : [
          item(say('rename'), <RenameIcon />, () => beginRename(session)),
          item(say(session.isPinned ? 'unpin' : 'pin'), <PinIcon />, () => pin(session)),
        ]),
    ...(showOriginal ? [item(say('showOriginal'), <ForkIcon />, showOriginal)] : []),
    ...(session.isUnsent
      ? []
      : [
          item(say('exportAs', { format: 'Markdown' }), <ExportIcon />, () => save(session, 'md')),
          item(say('exportAs', { format: 'JSON' }), <ExportIcon />, () => save(session, 'json')),
        ]),
    { ...item(say('delete'), <DeleteIcon />, () => doom(session)), isDangerous: true },
  ];
}
