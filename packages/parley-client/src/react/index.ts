'use client';

export { ChatPanel, type ChatPanelProps } from './ChatPanel.tsx';
export { english, type Strings } from './strings.ts';
