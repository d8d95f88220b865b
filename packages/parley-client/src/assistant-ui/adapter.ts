import type { ExternalStoreAdapter } from '@assistant-ui/react';
import { feedbackAdapter } from './feedback-adapter.ts';
import type { ParleyThreads, Shown } from './parley-threads.ts';
import { ThreadActions } from './thread-actions.ts';
import type { ParleyThread } from './use-parley-thread.ts';

/** What assistant-ui is shown, and whom it asks. */
export function adapterOf(threads: ParleyThreads, shown: Shown): ExternalStoreAdapter {
  const { thread, state, repository, isLoading, isRunning, isSendDisabled } = shown;
  const actions = new ThreadActions(thread);
  return {
    ...{ isLoading, isRunning, isSendDisabled, messageRepository: repository },
    extras: extrasOf(shown),
    hasEarlier: state.hasMore,
    onLoadEarlier: () => thread.conversation.loadEarlier(),
    onNew: (message) => actions.send(message),
    onEdit: (message) => actions.edit(message),
    onReload: (parentId) => actions.reload(parentId),
    onCancel: () => actions.cancel(),
    onRespondToToolApproval: (response) => actions.respond(response),
    onDelete: (messageId) => actions.delete(messageId),
    // Called where another branch is to be shown, with its messages.
    setMessages: (messages) => actions.showBranch(messages.at(-1)?.id),
    adapters: {
      feedback: feedbackAdapter(threads.client),
      threadList: {
        threadId: thread.id,
        threads: shown.threads,
        isLoading: shown.isListLoading,
        onSwitchToThread: (threadId) => threads.switchToThread(threadId),
        onSwitchToNewThread: () => threads.switchToNewThread(),
        onDelete: (threadId) => threads.delete(threadId),
      },
    },
  };
}

function extrasOf({ thread, state }: Shown): ParleyThread {
  const { sessionId, assistant, phase, failure, notice, usage, context } = state;
  return {
    ...{ sessionId, assistant, phase, failure, notice, usage, context },
    retry: () => thread.conversation.retry(),
    discard: () => thread.conversation.discard(),
    dismissNotice: () => thread.conversation.dismissNotice(),
  };
}
