import type { Page } from 'playwright-core';

const OF_BOXES = ['display', 'margin-top', 'margin-bottom', 'padding', 'border-width', 'background-color'];
const OF_TEXTS = [
  ...['color', 'font-family', 'font-size', 'font-weight', 'font-style', 'line-height', 'letter-spacing'],
  ...['list-style-type', 'text-align', 'text-decoration-line', 'text-transform', 'white-space', 'vertical-align'],
];

/** What a panel's elements look like otherwise than by its own styles, as the page has some that reach them. */
export async function movedStyles(page: Page): Promise<string[]> {
  const shown = await stylesOf(page);
  await page.evaluate(() => {
    for (const sheet of document.styleSheets) {
      for (let place = sheet.cssRules.length - 1; place >= 0; place -= 1) {
        if (!sheet.cssRules[place]?.cssText.includes('.parley-')) sheet.deleteRule(place);
      }
    }
  });
  const own = await stylesOf(page);
  const moved = shown.flatMap(([name, value], place) =>
    value === own[place]?.[1] ? [] : [`${name}: ${value}, and not ${own[place]?.[1]}`],
  );
  return [...new Set(moved)];
}

async function stylesOf(page: Page): Promise<[name: string, value: string][]> {
  const seen = page.locator('.parley-panel, .parley-panel :not(.parley-hidden)');
  return await seen.evaluateAll(
    (elements, [boxes, texts]) =>
      elements.flatMap((element) => {
        const style = getComputedStyle(element);
        const name = `${element.localName} (.${element.closest('[class]')?.classList})`;
        const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
        return [...boxes, ...(hasText ? texts : [])].map((property): [string, string] => [
          `${name} ${property}`,
          style.getPropertyValue(property),
        ]);
      }),
    [OF_BOXES, OF_TEXTS] as const,
  );
}
