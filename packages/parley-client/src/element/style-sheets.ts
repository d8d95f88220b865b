import { styles } from './styles.js';

/** As high as a page says; by default high enough to read in. */
const HOST = ':host { display: block; height: 36rem } :host([hidden]) { display: none }';

let made: CSSStyleSheet[] | undefined;

/** The same for all elements. To a content security policy they are no inline styles. */
export function styleSheets(): CSSStyleSheet[] {
  made ??= [HOST, styles].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return made;
}
