import type { Strings } from './english.ts';

/** What the page says, in Spanish. */
export const spanish: Strings = {
  language: 'es',

  product: 'Parley',
  languageLabel: 'Idioma',
  skipToMessage: 'Ir al campo de mensaje',
  conversations: 'Conversaciones',
  hideConversations: 'Ocultar conversaciones',
  newConversation: 'Conversación nueva',

  assistant: 'Asistente',
  assistantsUnread: 'No se pudieron cargar los asistentes.',
  tryAgain: 'Reintentar',
  tryAgainFor: 'Reintentar: {reason}',

  conversationsUnread: 'No se pudieron cargar sus conversaciones.',
  untitled: 'Sin título',
  notAnswered: 'sin respuesta',
  forkedFrom: 'de {title}',
  forkedFromUnlisted: 'de una conversación que no está en la lista',
  arrowKeys: 'Las teclas de flecha recorren la lista.',
  showMore: 'Mostrar más',
  keptUntil: 'Se conserva hasta: {time}',

  delete: 'Eliminar',
  deleteOne: 'Eliminar {title}',
  deleteQuestion: '¿Eliminar «{title}» y todos sus mensajes?',
  notDeleted: 'No se pudo eliminar la conversación: {reason}',
  cancel: 'Cancelar',

  signIn: 'Iniciar sesión',
  signInWithMicrosoft: 'Iniciar sesión con Microsoft',
  notAccepted: 'El servicio no ha aceptado estos datos.',
  accessToken: 'Token de acceso',
  functionKey: 'Clave de función',
  user: 'Usuario',
  printable: 'Caracteres ASCII imprimibles',
  keptInTab: 'Se guarda solo en esta pestaña, hasta que se cierre.',
  continue: 'Continuar',
};
