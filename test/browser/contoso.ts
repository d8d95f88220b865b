/** A company that has made the page its own. */
export const contoso = {
  BRAND_NAME: 'Contoso Help',
  BRAND_LOGO:
    '<svg viewBox="0 0 24 24"><path fill="#0f6cbd" d="M12 2 22 20H2z"/><path fill="#ffb900" d="M12 9 17 20H7z"/></svg>',
  BRAND_ACCENT: 'light-dark(#0f6cbd, #6cb8f6)',
  BRAND_GREETING: JSON.stringify({
    en: 'What can we do for you?',
    de: 'Was können wir für Sie tun?',
    ar: 'كيف يمكننا مساعدتك؟',
  }),
  BRAND_DISCLAIMER: 'Answers may be wrong. Check what matters.',
  BRAND_RETENTION: 'A conversation is deleted an hour after its last message.',
  BRAND_FOOTER: 'Privacy',
  BRAND_FOOTER_URL: 'https://contoso.com/privacy',
};
