import { ChatPanel } from 'parley-client/react';
import 'parley-client/react.css';

export default function App() {
  return (
    <div style={{ position: 'fixed', inset: 0 }}>
      <ChatPanel
        baseUrl={import.meta.env.VITE_PARLEY_URL}
        sessionId={location.hash.slice(1) || undefined}
        onSession={(sessionId) => history.replaceState(null, '', `#${sessionId ?? ''}`)}
      />
    </div>
  );
}
