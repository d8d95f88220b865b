import type { ReactNode } from 'react';
import type { ShownStep } from '../../conversation/conversation-state.ts';

/** The props of a component for calls of tools. */
export interface StepProps {
  step: ShownStep;
  /** As the panel draws it, for those that you do not. */
  children: ReactNode;
}
