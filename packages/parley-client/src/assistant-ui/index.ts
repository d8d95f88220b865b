'use client';

export type { Notice, Phase } from '../conversation/conversation-state.ts';
export type { TurnFailure } from '../conversation/turn-failure.ts';
export { type ParleyRuntimeOptions, useParleyRuntime } from './use-parley-runtime.ts';
export { type ParleyThread, useParleyThread } from './use-parley-thread.ts';
