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
  type ToolCallMessagePartProps,
  useAui,
  useAuiState,
} from '@assistant-ui/react';
import { memo, type PropsWithChildren, StrictMode, useState } from 'react';
import {
  type ParleyRuntimeOptions,
  useParleyRuntime,
  useParleyThread,
} from '../../../packages/parley-client/src/assistant-ui/index.ts';

/** An app that keeps in the tab which session it shows, and makes its parts of assistant-ui's own. */
export function App() {
  const [sessionId, setSessionId] = useState(() => globalThis.sessionStorage?.getItem('session') ?? undefined);
  const onSession = (id: string | undefined) => {
    if (id === undefined) sessionStorage.removeItem('session');
    else sessionStorage.setItem('session', id);
    setSessionId(id);
  };
  return (
    <StrictMode>
      <ParleyRuntime
        assistant={new URLSearchParams(globalThis.location?.search).get('assistant') ?? undefined}
        sessionId={sessionId}
        onSession={onSession}
      >
        <Threads />
        <Thread />
        <Acts />
        <input aria-label="Session" onChange={({ target }) => setSessionId(target.value)} />
      </ParleyRuntime>
    </StrictMode>
  );
}

/** A component of its own, as it is drawn again with every word: what it holds is not. */
function ParleyRuntime({ children, ...options }: PropsWithChildren<ParleyRuntimeOptions>) {
  return <AssistantRuntimeProvider runtime={useParleyRuntime(options)}>{children}</AssistantRuntimeProvider>;
}

function Threads() {
  return (
    <nav>
      <ThreadListPrimitive.Root>
        <ThreadListPrimitive.New>New thread</ThreadListPrimitive.New>
        <ThreadListPrimitive.Items>
          {() => (
            <ThreadListItemPrimitive.Root className="thread">
              <ThreadListItemPrimitive.Trigger className="title">
                <ThreadListItemPrimitive.Title fallback="Untitled" />
              </ThreadListItemPrimitive.Trigger>
              <ThreadListItemPrimitive.Delete>Delete</ThreadListItemPrimitive.Delete>
            </ThreadListItemPrimitive.Root>
          )}
        </ThreadListPrimitive.Items>
      </ThreadListPrimitive.Root>
    </nav>
  );
}

function Thread() {
  return (
    <ThreadPrimitive.Root>
      <Status />
      <Earlier />
      <ThreadPrimitive.Viewport className="viewport">
        <ThreadPrimitive.Messages>
          {({ message }) => (message.composer.isEditing ? <Editor /> : <Message />)}
        </ThreadPrimitive.Messages>
      </ThreadPrimitive.Viewport>
      <ComposerPrimitive.Root>
        <ComposerPrimitive.Input aria-label="Message" />
        <ComposerPrimitive.Send>Send</ComposerPrimitive.Send>
        <ComposerPrimitive.Cancel>Stop</ComposerPrimitive.Cancel>
      </ComposerPrimitive.Root>
    </ThreadPrimitive.Root>
  );
}

function Status() {
  const isRunning = useAuiState(({ thread }) => thread.isRunning);
  const isLoading = useAuiState(({ thread }) => thread.isLoading);
  return <output>{isLoading ? 'loading' : isRunning ? 'running' : 'ready'}</output>;
}

function Earlier() {
  const isThere = useAuiState(({ thread }) => thread.hasEarlier);
  const aui = useAui();
  if (!isThere) return null;
  return (
    <button type="button" onClick={() => aui.thread.loadEarlier()}>
      Earlier
    </button>
  );
}

function Message() {
  const { role, status, metadata, branchCount } = useAuiState(({ message }) => message);
  return (
    <MessagePrimitive.Root
      className="message"
      data-status={JSON.stringify(status)}
      data-metadata={JSON.stringify(metadata)}
    >
      <div className="text">
        <MessagePrimitive.Parts>
          {({ part }) => {
            if (part.type === 'text') return <Paragraphs text={part.text} />;
            if (part.type === 'tool-call') return <Call {...part} />;
            return part.type === 'source' ? <cite id={part.id}>{part.url}</cite> : null;
          }}
        </MessagePrimitive.Parts>
      </div>
      <MessagePrimitive.Error>
        <ErrorPrimitive.Root>
          <ErrorPrimitive.Message />
        </ErrorPrimitive.Root>
      </MessagePrimitive.Error>
      {branchCount > 1 && (
        <BranchPickerPrimitive.Root className="branches">
          <BranchPickerPrimitive.Previous>Previous</BranchPickerPrimitive.Previous>
          <span className="number">
            <BranchPickerPrimitive.Number />/<BranchPickerPrimitive.Count />
          </span>
          <BranchPickerPrimitive.Next>Next</BranchPickerPrimitive.Next>
        </BranchPickerPrimitive.Root>
      )}
      <ActionBarPrimitive.Root>
        {role === 'user' && <ActionBarPrimitive.Edit>Edit</ActionBarPrimitive.Edit>}
        {role === 'assistant' && <ActionBarPrimitive.Reload>Reload</ActionBarPrimitive.Reload>}
        <ActionBarPrimitive.Copy>Copy</ActionBarPrimitive.Copy>
        <ActionBarPrimitive.FeedbackPositive>Good</ActionBarPrimitive.FeedbackPositive>
        <ActionBarPrimitive.FeedbackNegative>Bad</ActionBarPrimitive.FeedbackNegative>
      </ActionBarPrimitive.Root>
    </MessagePrimitive.Root>
  );
}

type CallPart = Omit<ToolCallMessagePartProps, 'addResult' | 'resume' | 'unstable_recordInteraction'>;

function Call({
  toolCallId,
  toolName,
  args,
  argsText,
  result,
  isError,
  approval,
  status,
  respondToApproval,
}: CallPart) {
  const call = { toolCallId, toolName, args, argsText, result, isError, approval, status };
  const waits = approval && approval.approved === undefined;
  return (
    <fieldset className="call" data-call={JSON.stringify(call)}>
      {waits && (
        <>
          <button type="button" onClick={() => respondToApproval({ approved: true })} aria-label="Allow" />
          <button type="button" onClick={() => respondToApproval({ approved: false })} aria-label="Reject" />
        </>
      )}
    </fieldset>
  );
}

/** Of an answer that grows only the last one is drawn again. */
function Paragraphs({ text }: { text: string }) {
  // A paragraph keeps its place: text is only ever added at the end.
  // biome-ignore lint/suspicious/noArrayIndexKey: see above
  return text.split(/(?<=\n\n)/).map((paragraph, place) => <Paragraph key={place} text={paragraph} />);
}

const Paragraph = memo(({ text }: { text: string }) => <p>{text}</p>);

function Editor() {
  return (
    <MessagePrimitive.Root className="message">
      <ComposerPrimitive.Root>
        <ComposerPrimitive.Input aria-label="Edited message" />
        <ComposerPrimitive.Cancel>Cancel</ComposerPrimitive.Cancel>
        <ComposerPrimitive.Send>Save</ComposerPrimitive.Send>
      </ComposerPrimitive.Root>
    </MessagePrimitive.Root>
  );
}

/** What assistant-ui has no button for. */
function Acts() {
  const aui = useAui();
  const { phase, notice, failure, discard } = useParleyThread();
  const image = { type: 'image' as const, image: 'data:image/png;base64,' };
  const acts = {
    Discard: discard,
    Attach: () => aui.thread.append({ role: 'user', content: [{ type: 'text', text: 'Look at this' }, image] }),
    Twice() {
      aui.composer.setText('One');
      aui.composer.send();
      aui.composer.setText('Two');
      aui.composer.send();
    },
  };
  return (
    <footer>
      <p id="phase">{phase}</p>
      <p id="notice">{notice}</p>
      <p id="failure">{failure?.code}</p>
      {Object.entries(acts).map(([name, act]) => (
        <button type="button" key={name} onClick={act}>
          {name}
        </button>
      ))}
    </footer>
  );
}
