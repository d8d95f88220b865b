import { createRoot } from 'react-dom/client';
import ChatComponent from './ChatComponent.tsx';

createRoot(document.getElementById('page') as HTMLElement).render(<ChatComponent />);
