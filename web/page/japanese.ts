import type { Strings } from './english.ts';

/** What the page says, in Japanese. */
export const japanese: Strings = {
  language: 'ja',

  product: 'Parley',
  languageLabel: '言語',
  skipToMessage: 'メッセージ欄へ移動',
  conversations: '会話',
  hideConversations: '会話を隠す',
  newConversation: '新しい会話',

  assistant: 'アシスタント',
  assistantsUnread: 'アシスタントを読み込めませんでした。',
  tryAgain: '再試行',
  tryAgainFor: '再試行: {reason}',

  conversationsUnread: '会話を読み込めませんでした。',
  untitled: '無題',
  notAnswered: '未回答',
  forkedFrom: '「{title}」から',
  forkedFromUnlisted: '一覧にない会話から',
  arrowKeys: '矢印キーで一覧を移動できます。',
  showMore: 'さらに表示',
  keptUntil: '{time} まで保存されます',

  delete: '削除',
  deleteOne: '{title} を削除',
  deleteQuestion: '「{title}」とそのすべてのメッセージを削除しますか？',
  notDeleted: '会話を削除できませんでした。{reason}',
  cancel: 'キャンセル',

  signIn: 'サインイン',
  signInWithMicrosoft: 'Microsoft でサインイン',
  notAccepted: 'サービスに受け付けられませんでした。',
  accessToken: 'アクセストークン',
  functionKey: '関数キー',
  user: 'ユーザー',
  printable: '印字可能な ASCII 文字',
  keptInTab: 'このタブでのみ、タブを閉じるまで保持されます。',
  continue: '続行',
};
