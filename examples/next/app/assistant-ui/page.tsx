'use client';

import {
  ActionBarPrimitive,
  AssistantRuntimeProvider,
  BranchPickerPrimitive,
  ComposerPrimitive,
  ErrorPrimitive,
  MessagePrimitive,
  ThreadListItemPrimitive,
  ThreadListPrimitive,
  ThreadPrimitive,
} from '@assistant-ui/react';
import { useParleyRuntime } from 'parley-client/assistant-ui';
import type { PropsWithChildren } from 'react';

export default function Page() {
  return (
    <ParleyRuntime>
      <ThreadListPrimitive.Root>
        <ThreadListPrimitive.New>New conversation</ThreadListPrimitive.New>
        <ThreadListPrimitive.Items>{() => <ThreadListItem />}</ThreadListPrimitive.Items>
      </ThreadListPrimitive.Root>
      <ThreadPrimitive.Root>
        <ThreadPrimitive.Viewport>
          <ol>
            <ThreadPrimitive.Messages>
              {({ message }) => (
                <li>{message.composer.isEditing ? <EditComposer /> : <Message role={message.role} />}</li>
              )}
            </ThreadPrimitive.Messages>
          </ol>
        </ThreadPrimitive.Viewport>
        <ComposerPrimitive.Root>
          <ComposerPrimitive.Input aria-label="Message" />
          <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
          <ComposerPrimitive.Cancel>Stop</ComposerPrimitive.Cancel>
        </ComposerPrimitive.Root>
      </ThreadPrimitive.Root>
    </ParleyRuntime>
  );
}

/** A component of its own, as it is drawn again with every word: what it holds is not. */
function ParleyRuntime({ children }: PropsWithChildren) {
  const runtime = useParleyRuntime({
    // The server sees nothing of an address behind its #.
    sessionId: globalThis.location?.hash.slice(1) || undefined,
    onSession: (sessionId) => history.replaceState(null, '', `#${sessionId ?? ''}`),
  });
  return <AssistantRuntimeProvider runtime={runtime}>{children}</AssistantRuntimeProvider>;
}

function ThreadListItem() {
  return (
    <ThreadListItemPrimitive.Root>
      <ThreadListItemPrimitive.Trigger>
        <ThreadListItemPrimitive.Title fallback="New conversation" />
      </ThreadListItemPrimitive.Trigger>
      <ThreadListItemPrimitive.Delete>Delete</ThreadListItemPrimitive.Delete>
    </ThreadListItemPrimitive.Root>
  );
}

function Message({ role }: { role: string }) {
  return (
    <MessagePrimitive.Root>
      <MessagePrimitive.Parts />
      <MessagePrimitive.Error>
        <ErrorPrimitive.Root>
          <ErrorPrimitive.Message />
        </ErrorPrimitive.Root>
      </MessagePrimitive.Error>
      <ActionBarPrimitive.Root hideWhenRunning>
        <ActionBarPrimitive.Copy>Copy</ActionBarPrimitive.Copy>
        {role === 'user' && <ActionBarPrimitive.Edit>Edit</ActionBarPrimitive.Edit>}
        {role === 'assistant' && <ActionBarPrimitive.Reload>Regenerate</ActionBarPrimitive.Reload>}
      </ActionBarPrimitive.Root>
      <BranchPickerPrimitive.Root hideWhenSingleBranch>
        <BranchPickerPrimitive.Previous>Previous</BranchPickerPrimitive.Previous>
        <BranchPickerPrimitive.Number /> of <BranchPickerPrimitive.Count />
        <BranchPickerPrimitive.Next>Next</BranchPickerPrimitive.Next>
      </BranchPickerPrimitive.Root>
    </MessagePrimitive.Root>
  );
}

function EditComposer() {
  return (
    <ComposerPrimitive.Root>
      <ComposerPrimitive.Input aria-label="Edited message" />
      <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
      <ComposerPrimitive.Cancel>Cancel</ComposerPrimitive.Cancel>
    </ComposerPrimitive.Root>
  );
}
