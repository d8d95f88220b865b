import type { Branding } from '../branding/branding.ts';
import type { Language } from '../conversation/language.ts';

/**
 * The built page as a company's own, in a language: the title, the icon, and all that is the company's in a block of JSON
 * that its script reads, so that nothing is shown first that is not. It is no script to a browser, and what stands in it
 * ends no element.
 */
export function brandedPage(html: string, branding: Branding, language: Language): string {
  const direction = language === 'ar' ? 'rtl' : 'ltr';
  const json = JSON.stringify(branding).replaceAll('<', '\\u003c');
  const places: [built: string, branded: string][] = [
    ['<html lang="en"', `<html lang="${language}" dir="${direction}"`],
    ['<link rel="icon" href="data:," />', `<link rel="icon" href="${branding.logo ?? 'data:,'}" />`],
    [
      '<title>Parley</title>',
      `<title>${escaped(branding.name)}</title>\n    <script type="application/json" id="branding">${json}</script>`,
    ],
  ];
  return places.reduce((page, [built, branded]) => {
    const [before = '', after, ...more] = page.split(built);
    if (after === undefined || more.length > 0) throw new Error(`The page has not one ${built}`);
    return before + branded + after;
  }, html);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
