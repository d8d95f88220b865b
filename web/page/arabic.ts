import type { Strings } from './english.ts';

/** What the page says, in Arabic. */
export const arabic: Strings = {
  language: 'ar',

  product: 'Parley',
  languageLabel: 'اللغة',
  skipToMessage: 'الانتقال إلى حقل الرسالة',
  conversations: 'المحادثات',
  hideConversations: 'إخفاء المحادثات',
  newConversation: 'محادثة جديدة',

  assistant: 'المساعد',
  assistantsUnread: 'تعذّر تحميل المساعدين.',
  tryAgain: 'إعادة المحاولة',
  tryAgainFor: 'إعادة المحاولة: {reason}',

  conversationsUnread: 'تعذّر تحميل محادثاتك.',
  untitled: 'بلا عنوان',
  notAnswered: 'بلا إجابة',
  forkedFrom: 'من {title}',
  forkedFromUnlisted: 'من محادثة غير مدرجة في القائمة',
  arrowKeys: 'تنقّل في القائمة بمفاتيح الأسهم.',
  showMore: 'عرض المزيد',
  keptUntil: 'محفوظة حتى {time}',

  delete: 'حذف',
  deleteOne: 'حذف {title}',
  deleteQuestion: 'هل تريد حذف «{title}» وجميع رسائلها؟',
  notDeleted: 'تعذّر حذف المحادثة: {reason}',
  cancel: 'إلغاء',

  signIn: 'تسجيل الدخول',
  signInWithMicrosoft: 'تسجيل الدخول باستخدام Microsoft',
  notAccepted: 'لم تقبل الخدمة هذه البيانات.',
  accessToken: 'رمز الوصول',
  functionKey: 'مفتاح الوظيفة',
  user: 'المستخدم',
  printable: 'أحرف ASCII قابلة للطباعة',
  keptInTab: 'تبقى هذه البيانات في علامة التبويب هذه فقط، إلى أن تُغلق.',
  continue: 'متابعة',
};
