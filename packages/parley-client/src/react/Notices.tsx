import { useSyncExternalStore } from 'react';
import type { Notice, Phase } from '../conversation/conversation-state.ts';

const texts: Record<Notice, string> = {
  expired: 'A new conversation began: the earlier one has expired.',
  gone: 'This conversation has expired or was deleted. The next message begins a new one.',
  forked: 'This is a new conversation. The original is unchanged.',
};

interface NoticesProps {
  phase: Phase;
  notice: Notice | undefined;
  onDismiss: () => void;
}

/** What the user should know of the network and the conversation. */
export function Notices({ phase, notice, onDismiss }: NoticesProps) {
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div role="status" className="parley-notices">
      {!isOnline && <p>You are offline. What is under way goes on when the network is back.</p>}
      {isOnline && phase === 'reconnecting' && <p>The connection was lost. Reconnecting …</p>}
      {notice && (
        <p>
          {texts[notice]}{' '}
          <button type="button" className="parley-quiet" onClick={onDismiss}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}
