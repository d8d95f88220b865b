import {
  forgetKept,
  keptConversations,
  writeKept,
} from '../../../packages/parley-client/src/conversation/kept-conversations.ts';

declare global {
  var kept: typeof api;
}

const api = { forgetKept, keptConversations, writeKept };
globalThis.kept = api;
