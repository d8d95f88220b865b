import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../../packages/parley-client/src/react/parley-client.css';
import { ChatPage } from './ChatPage.tsx';
import { InLanguage } from './InLanguage.tsx';
import { wearBrand } from './wear-brand.ts';
import './page.css';

wearBrand();

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <InLanguage>
      <ChatPage />
    </InLanguage>
  </StrictMode>,
);
