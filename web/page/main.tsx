import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../chat-panel/chat-panel.css';
import { ChatPage } from './ChatPage.tsx';
import './page.css';

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <ChatPage />
  </StrictMode>,
);
