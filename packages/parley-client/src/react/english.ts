import { failureTexts } from './failure-texts.ts';
import type { Translated } from './texts.ts';

/**
 * All that the panel says by itself, in English. `{name}` stands for a value; where a number changes the words, there is a
 * text for each plural form.
 */
export const english = {
  language: 'en',

  chat: 'Chat',
  messages: 'Messages',
  you: 'You said',
  assistant: 'Assistant said',
  /** Where the app says what it is called. */
  namedAssistant: '{name} said',
  /** Above answers, where it does not. */
  assistantName: 'Assistant',
  emptyConversation: 'Ask something to begin.',
  showEarlier: 'Show earlier messages',
  jumpToLatest: 'Jump to latest',

  message: 'Message',
  writeMessage: 'Write a message',
  send: 'Send',
  sendLater: 'Send after this answer',
  stop: 'Stop',
  queued: 'Sends after this answer',
  editQueued: 'Edit',
  removeQueued: 'Remove',

  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Copying failed',
  copyCode: 'Copy code',
  wrapLines: 'Wrap lines',
  code: 'Code',
  codeIn: 'Code in {language}',
  table: 'Table',
  taskDone: 'Completed task',
  taskOpen: 'Incomplete task',
  footnotes: 'Footnotes',
  footnote: 'Footnote {number}',
  backToReference: 'Back to reference {occurrence} of footnote {number}',
  sources: 'Sources',
  source: 'Source {number}: {title}',
  thinking: 'Thinking … {seconds} s',
  thoughtFor: 'Thought for {seconds} s',
  reasoning: 'Reasoning',
  /** Of tools that were called: what is said of one, by what came of it. */
  steps: 'Steps',
  stepRunning: 'Using {name} …',
  stepDone: 'Used {name}',
  stepFailed: '{name} failed',
  stepRejected: 'Not allowed: {name}',
  stepOpen: 'Asked to use {name}',
  stepCount: { one: '{count} step', other: '{count} steps' },
  stepsFailed: { one: '{count} failed', other: '{count} failed' },
  stepInput: 'Input',
  stepResult: 'Result',
  resultNotShown: 'This tool does not show its result.',
  /** Before a tool is used that needs it. */
  approvalAsked: 'Allow {name}?',
  approvalsAsked: { one: 'Allow this call?', other: 'Allow these {count} calls?' },
  approvalNeeded: 'Your approval is needed: {names}',
  allow: 'Allow',
  doNotAllow: 'Don’t allow',
  allowAll: 'Allow all',
  allowNone: 'Don’t allow any',
  messageDeclines: 'A message declines what waits for your approval.',
  youAllowed: 'You allowed {names}.',
  youDeclined: 'You did not allow {names}.',
  sendAgain: 'Send again',
  regenerate: 'Regenerate',
  goodAnswer: 'Good answer',
  badAnswer: 'Bad answer',
  ratingFailed: 'Your rating could not be saved.',
  whatWasWrong: 'What was wrong?',
  reasonIncorrect: 'Incorrect',
  reasonIncomplete: 'Incomplete',
  reasonUnsafe: 'Unsafe',
  reasonTone: 'Tone',
  reasonOther: 'Other',
  comment: 'Comment (optional)',
  sendFeedback: 'Send feedback',
  skipFeedback: 'Skip',
  feedbackThanks: 'Thanks for your feedback.',
  feedbackFailed: 'Your feedback could not be sent.',
  editMessage: 'Edit message',
  editedMessage: 'Edited message',
  editHint: 'Your edited message starts a new conversation. This one stays as it is.',
  sendEdited: 'Send edited message',
  cancel: 'Cancel',

  endedByLength: 'The answer ends here because it reached its maximum length.',
  endedByStop: 'Stopped.',
  endedByDeadline: 'The answer ends here because it took too long.',
  continueAnswer: 'Continue',
  /** What the user asks by that. */
  continueMessage: 'Continue.',

  summarized: 'The assistant knows earlier messages only in summary.',
  showSummary: 'Show summary',

  tryAgain: 'Try again',
  retryIn: 'You can try again in {seconds} s.',
  timeUntilRetry: 'Time until you can try again',
  ...failureTexts,

  offline: 'You are offline. The conversation continues when the network is back.',
  reconnecting: 'The connection was lost. Reconnecting …',
  stillWorking: 'Still working …',
  toolStillWorking: 'A tool is still working …',
  /** In place of a name that is not known. */
  aTool: 'a tool',
  decided: 'This no longer waits for a decision: it was decided elsewhere, or what came of it is not known.',
  expired: 'A new conversation began: the earlier one has expired or was deleted.',
  deleted: 'This conversation was deleted. The next message begins a new one.',
  gone: 'This conversation has expired or was deleted. The next message begins a new one.',
  forked: 'This is a new conversation. The original is unchanged.',
  dismiss: 'Dismiss',

  answering: 'The assistant is answering.',
  answered: 'Assistant said: {answer}',
  answeredByNamed: '{name} said: {answer}',
  answerReady: 'The answer is ready.',

  contextUsed: '{percent} of the context is used',
  answerTokens: { one: 'Answer {tokens} token', other: 'Answer {tokens} tokens' },
  contextTokens: 'Context {tokens} of {limit} tokens',
  /** In place of `tokens` where these are an upper bound. */
  aboutTokens: 'about {tokens}',
  droppedMessages: {
    one: '{count} older message no longer seen by the model',
    other: '{count} older messages no longer seen by the model',
  },
};

export type Strings = Translated<typeof english>;
