import { ParleyChatElement } from 'parley-client/element';

const chat = document.createElement('parley-chat');
chat.baseUrl = 'https://chat.contoso.com';
chat.token = async () => 'a token';
chat.fetch = (url, init) => fetch(url, init);
chat.strings = { send: 'Ask' };
chat.sessionId = undefined;
chat.addEventListener('parley-session', ({ detail }) => {
  const sessionId: string | undefined = detail.sessionId;
  history.replaceState(null, '', `#${sessionId ?? ''}`);
});
// @ts-expect-error: it is text, or what gets one.
chat.token = 7;
chat.addEventListener('parley-error', ({ detail }) => console.error(detail.code, detail.requestId));
document.addEventListener('parley-feedback', ({ detail }) => console.info(detail.rating === 'up'));
document.body.append(chat);

export const isChat = (element: Element): element is ParleyChatElement => element instanceof ParleyChatElement;
export const found: ParleyChatElement | null = document.querySelector('parley-chat');
