export type { BrandColors, Branding, BrandTexts, ByLanguage } from './client/branding.ts';
export type { CallerUsage, Me, TokenUsage } from './client/caller.ts';
export type {
  Assistant,
  Feedback,
  FeedbackReason,
  History,
  Hit,
  Origin,
  Rating,
  SearchPage,
  Session,
  SessionEdit,
  SessionPage,
  StoredMessage,
  Summary,
  TurnRequest,
} from './client/contract.ts';
export { ParleyClient, type ParleyClientOptions } from './client/parley-client.ts';
export { ParleyError, type Problem } from './client/problem.ts';
export type { Source } from './client/source.ts';
export type { Approval, Step, ToolCall, ToolResult } from './client/steps.ts';
export {
  type Context,
  CutError,
  type FinishReason,
  type TurnEvent,
  type Usage,
} from './client/turn-events.ts';
export { UnreachableError, type UnreachableReason } from './client/unreachable-error.ts';
export { type Cut, type WantedTurn, wholeTurn } from './client/whole-turn.ts';
export { onAttention } from './conversation/attention.ts';
export { deleteConversation } from './conversation/deleted-sessions.ts';
export {
  forgetKept,
  forgetKeptTurn,
  type KeptConversation,
  keptConversations,
  type Place,
} from './conversation/kept-conversations.ts';
export type { TurnFailure } from './conversation/turn-failure.ts';
