import type { FeedbackAdapter } from '@assistant-ui/react';
import type { ParleyClient } from '../client/parley-client.ts';

/** Hands what users think of answers to the service. What it refuses is an error of the page, as nobody waits for it. */
export function feedbackAdapter(client: ParleyClient): FeedbackAdapter {
  let latest = Promise.resolve();
  return {
    submit({ message, type, comment }) {
      const { session_id: sessionId, turn_id: turnId } = message.metadata.custom;
      if (typeof sessionId !== 'string' || typeof turnId !== 'string')
        throw new Error('There is no answer to rate yet.');
      const rating = type === 'positive' ? 'up' : 'down';
      const feedback = { sessionId, turnId, rating, ...(comment && { comment }) } as const;
      // One after the other: the last one is what stays.
      latest = latest.then(() => client.feedback(feedback)).catch(reportError);
    },
  };
}
