import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../../packages/parley-client/src/react/parley-client.css';
import { wearBrand } from './brand/wear-brand.ts';
import { ChatPage } from './ChatPage.tsx';
import { InLanguage } from './languages/InLanguage.tsx';
import './page.css';

wearBrand();

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <InLanguage>
      <ChatPage />
    </InLanguage>
  </StrictMode>,
);
