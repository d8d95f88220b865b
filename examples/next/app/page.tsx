import { Chat } from './chat';

export default function Page() {
  return (
    <main style={{ position: 'fixed', inset: 0 }}>
      <Chat />
    </main>
  );
}
