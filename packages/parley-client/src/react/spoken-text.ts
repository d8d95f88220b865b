/** What stands within a line. Everything else begins one. */
const inline = new Set('a abbr b bdi code del em i ins kbd mark q s small span strong sub sup u'.split(' '));
/** What is there to be used, or told by itself. */
const unspoken =
  'button, [role="status"], [aria-hidden="true"], .parley-mark, .parley-sources, .parley-steps, .parley-reasoning';

/** What an element says, as one line of plain text, also where it is out of sight. */
export function spokenText(element: Element): string {
  return textOf(element).replaceAll(/\s+/g, ' ').trim();
}

function textOf(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? '';
  if (!(node instanceof Element) || node.matches(unspoken)) return '';
  const text = [...node.childNodes].map(textOf).join('');
  return inline.has(node.localName) ? text : ` ${text} `;
}
