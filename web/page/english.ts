import type { Translated } from '../../packages/parley-client/src/react/index.ts';

/** All that the page says by itself, in English; the panel's texts are its own. `{name}` stands for a value. */
export const english = {
  language: 'en',

  product: 'Parley',
  languageLabel: 'Language',
  skipToMessage: 'Skip to message field',
  conversations: 'Conversations',
  hideConversations: 'Hide conversations',
  newConversation: 'New conversation',

  assistant: 'Assistant',
  assistantsUnread: 'The assistants could not be read.',
  tryAgain: 'Try again',
  tryAgainFor: 'Try again: {reason}',

  conversationsUnread: 'Your conversations could not be read.',
  untitled: 'Untitled',
  notAnswered: 'not answered',
  forkedFrom: 'from {title}',
  forkedFromUnlisted: 'from a conversation that is not listed',
  arrowKeys: 'The arrow keys go through the list.',
  showMore: 'Show more',
  keptUntil: 'Kept until {time}',

  delete: 'Delete',
  deleteOne: 'Delete {title}',
  deleteQuestion: 'Delete “{title}” and all its messages?',
  notDeleted: 'The conversation could not be deleted: {reason}',
  cancel: 'Cancel',

  signIn: 'Sign in',
  signInWithMicrosoft: 'Sign in with Microsoft',
  notAccepted: 'The service did not accept this.',
  accessToken: 'Access token',
  functionKey: 'Function key',
  user: 'User',
  printable: 'Printable ASCII characters',
  keptInTab: 'It is kept in this tab only, until the tab is closed.',
  continue: 'Continue',
};

export type Strings = Translated<typeof english>;
