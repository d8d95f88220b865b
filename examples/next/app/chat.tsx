'use client';

import { ChatPanel } from 'parley-client/react';
import 'parley-client/react.css';

export function Chat() {
  return (
    <ChatPanel
      // The server sees nothing of an address behind its #.
      sessionId={globalThis.location?.hash.slice(1) || undefined}
      onSession={(sessionId) => history.replaceState(null, '', `#${sessionId ?? ''}`)}
    />
  );
}
