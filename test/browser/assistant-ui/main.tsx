import { createRoot, hydrateRoot } from 'react-dom/client';
import { App } from './App.tsx';

const page = document.getElementById('page') as HTMLElement;
if (page.hasChildNodes()) hydrateRoot(page, <App />);
else createRoot(page).render(<App />);
