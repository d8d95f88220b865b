export type { ChatSessions } from './known-chat.ts';
export { ParleyChatTransport, type ParleyChatTransportOptions } from './parley-chat-transport.ts';
