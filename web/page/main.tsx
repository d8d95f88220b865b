import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../../packages/parley-client/src/react/parley-client.css';
import { ChatPage } from './ChatPage.tsx';
import { english } from './english.ts';
import { StringsProvider } from './strings.ts';
import './page.css';

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <StringsProvider value={english}>
      <ChatPage />
    </StringsProvider>
  </StrictMode>,
);
