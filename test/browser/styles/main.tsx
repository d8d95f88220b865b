import { ChatPanel } from '../../../packages/parley-client/src/react/index.ts';
import '../../../packages/parley-client/src/react/parley-client.css';
import { createRoot } from 'react-dom/client';

createRoot(document.getElementById('page') as HTMLElement).render(<ChatPanel baseUrl={location.origin} feedback />);
