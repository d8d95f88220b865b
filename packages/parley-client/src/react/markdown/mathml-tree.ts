import { decodeEntities } from './decode-entities.ts';

/** MathML as data, to make elements of: nothing of it is ever read as HTML. */
export interface MathElement {
  name: string;
  attributes: Record<string, string>;
  style: Record<string, string>;
  children: (MathElement | string)[];
}

const DEEPEST = 100;

/** Presentation MathML, without what leads elsewhere or acts. */
const elements = new Set(
  'math menclose mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none'.split(
    ' ',
  ),
);
const attributes = new Set(
  'accent accentunder class columnspan depth display displaystyle fence form height largeop linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize movablelimits notation rowspan rspace scriptlevel separator stretchy symmetric voffset width'.split(
    ' ',
  ),
);
/** Nothing that takes an element out of its place. */
const properties =
  /^(?:background-color|border(?:-(?:top|bottom|left|right))?|color|font-(?:style|weight)|margin-left|math-(?:depth|style)|padding(?:-(?:top|bottom|left|right))?|text-align|width)$/;

const token = /<(\/?)([a-z]+)((?: [a-z-]+="[^"]*")*)>|[^<]+/g;

/** @throws {Error} for what is nested too deep, or is no MathML */
export function mathmlTree(markup: string): MathElement {
  const root: MathElement = { name: '', attributes: {}, style: {}, children: [] };
  const open = [root];
  for (const [whole, isEnd, name, given = ''] of markup.matchAll(token)) {
    if (name === undefined) open.at(-1)?.children.push(decodeEntities(whole));
    else if (isEnd) open.pop();
    else {
      const element = elementOf(name, given);
      if (elements.has(name)) open.at(-1)?.children.push(element);
      open.push(element);
      if (open.length > DEEPEST) throw new Error('A formula is nested too deep.');
    }
  }
  const [math] = root.children;
  if (typeof math !== 'object' || math.name !== 'math') throw new Error('This is no formula.');
  return math;
}

function elementOf(name: string, given: string): MathElement {
  const all = Array.from(given.matchAll(/([a-z-]+)="([^"]*)"/g), ([, key = '', value = '']) => [
    key,
    decodeEntities(value),
  ]);
  const style = all.find(([key]) => key === 'style')?.[1] ?? '';
  return {
    name,
    attributes: Object.fromEntries(all.filter(([key = '']) => attributes.has(key))),
    style: Object.fromEntries(
      style
        .split(';')
        .map((each) => each.split(':').map((part) => part.trim()))
        .filter(([key = '', value = '']) => properties.test(key) && !value.includes('('))
        .map(([key = '', value = '']) => [key.replaceAll(/-([a-z])/g, (_, letter) => letter.toUpperCase()), value]),
    ),
    children: [],
  };
}
