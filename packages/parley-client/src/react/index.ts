'use client';

export type { Conversation, ConversationOptions } from '../conversation/conversation.ts';
export type { ConversationState, Message, Notice, Phase } from '../conversation/conversation-state.ts';
export type { TurnFailure } from '../conversation/turn-failure.ts';
export { ChatPanel, type ChatPanelProps } from './ChatPanel.tsx';
export { Composer } from './Composer.tsx';
export { english, type Strings } from './english.ts';
export { MessageList } from './MessageList.tsx';
export { Markdown } from './markdown/Markdown.tsx';
export type { CodeProps, LinkProps } from './markdown/renderer-props.ts';
export { type Panel, type PanelActions, usePanel } from './panel.ts';
export type { Renderers } from './renderers.ts';
export { Status } from './Status.tsx';
export type { OwnActions, Slot } from './slots.ts';
export { UsageLine } from './UsageLine.tsx';
export { useConversation } from './use-conversation.ts';
export { type KeptTurn, useKeptTurns } from './use-kept-turns.ts';
