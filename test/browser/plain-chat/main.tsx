import { createRoot } from 'react-dom/client';
import { PlainChat } from './PlainChat.tsx';

createRoot(document.getElementById('page') as HTMLElement).render(<PlainChat />);
