import type { Strings } from './english.ts';

/** What the page says, in French. Before `:` and `?`, and within « », stands a space that breaks no line. */
export const french: Strings = {
  language: 'fr',

  product: 'Parley',
  languageLabel: 'Langue',
  skipToMessage: 'Aller au champ de message',
  conversations: 'Conversations',
  hideConversations: 'Masquer les conversations',
  newConversation: 'Nouvelle conversation',

  assistant: 'Assistant',
  assistantsUnread: 'Les assistants n’ont pas pu être chargés.',
  tryAgain: 'Réessayer',
  tryAgainFor: 'Réessayer\u00a0: {reason}',

  conversationsUnread: 'Vos conversations n’ont pas pu être chargées.',
  untitled: 'Sans titre',
  notAnswered: 'sans réponse',
  forkedFrom: 'issue de {title}',
  forkedFromUnlisted: 'issue d’une conversation absente de la liste',
  arrowKeys: 'Les touches fléchées parcourent la liste.',
  showMore: 'Afficher plus',
  keptUntil: 'Conservée jusqu’à {time}',

  delete: 'Supprimer',
  deleteOne: 'Supprimer {title}',
  deleteQuestion: 'Supprimer «\u00a0{title}\u00a0» et tous ses messages\u00a0?',
  notDeleted: 'La conversation n’a pas pu être supprimée\u00a0: {reason}',
  cancel: 'Annuler',

  signIn: 'Se connecter',
  signInWithMicrosoft: 'Se connecter avec Microsoft',
  notAccepted: 'Le service n’a pas accepté ces informations.',
  accessToken: 'Jeton d’accès',
  functionKey: 'Clé de fonction',
  user: 'Utilisateur',
  printable: 'Caractères ASCII imprimables',
  keptInTab: 'Conservé dans cet onglet uniquement, jusqu’à sa fermeture.',
  continue: 'Continuer',
};
