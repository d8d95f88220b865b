import type { Strings } from './english.ts';

/** What the page says, in German. */
export const german: Strings = {
  language: 'de',

  product: 'Parley',
  languageLabel: 'Sprache',
  skipToMessage: 'Zum Nachrichtenfeld springen',
  conversations: 'Unterhaltungen',
  hideConversations: 'Unterhaltungen ausblenden',
  newConversation: 'Neue Unterhaltung',

  assistant: 'Assistent',
  assistantsUnread: 'Die Assistenten konnten nicht geladen werden.',
  tryAgain: 'Erneut versuchen',
  tryAgainFor: 'Erneut versuchen: {reason}',

  conversationsUnread: 'Ihre Unterhaltungen konnten nicht geladen werden.',
  untitled: 'Ohne Titel',
  notAnswered: 'nicht beantwortet',
  forkedFrom: 'aus {title}',
  forkedFromUnlisted: 'aus einer Unterhaltung, die nicht in der Liste steht',
  arrowKeys: 'Mit den Pfeiltasten bewegen Sie sich durch die Liste.',
  showMore: 'Mehr anzeigen',
  keptUntil: 'Aufbewahrt bis {time}',

  delete: 'Löschen',
  deleteOne: '{title} löschen',
  deleteQuestion: '„{title}“ mit allen Nachrichten löschen?',
  notDeleted: 'Die Unterhaltung konnte nicht gelöscht werden: {reason}',
  cancel: 'Abbrechen',

  signIn: 'Anmelden',
  signInWithMicrosoft: 'Mit Microsoft anmelden',
  notAccepted: 'Der Dienst hat diese Angaben nicht angenommen.',
  accessToken: 'Zugriffstoken',
  functionKey: 'Funktionsschlüssel',
  user: 'Benutzer',
  printable: 'Druckbare ASCII-Zeichen',
  keptInTab: 'Ihre Angaben bleiben nur in diesem Tab, bis er geschlossen wird.',
  continue: 'Weiter',
};
