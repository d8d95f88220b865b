import { type AssistantRuntime, AssistantRuntimeProvider } from '@assistant-ui/react';
import { type ParleyThread, useParleyRuntime, useParleyThread } from 'parley-client/assistant-ui';

export function App() {
  const runtime: AssistantRuntime = useParleyRuntime({
    baseUrl: 'https://chat.contoso.com',
    onSession: (sessionId) => history.replaceState(null, '', `#${sessionId ?? ''}`),
    onError: ({ code }) => console.warn(code),
  });
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <Notice />
    </AssistantRuntimeProvider>
  );
}

function Notice() {
  const { notice, dismissNotice }: ParleyThread = useParleyThread();
  return (
    notice && (
      <button type="button" onClick={dismissNotice}>
        {notice}
      </button>
    )
  );
}
