import type { ChatTransport, UIMessage } from 'ai';
import { ParleyChatTransport } from 'parley-client/ai-sdk';

const sessions = new Map<string, string>();
const parley = new ParleyChatTransport({ assistant: 'data-analyst', sessions });

export const transport: ChatTransport<UIMessage> = parley;
export const stored: Promise<UIMessage[]> = parley.storedMessages('a chat');
