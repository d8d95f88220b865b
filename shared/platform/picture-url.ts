const DATA_URL =
  /^data:(?<type>image\/(?:svg\+xml|png|webp))(?:;(?!base64,)[\w=-]+)*(?<base64>;base64)?,(?<data>.*)$/is;

/** A document whose root is `svg`; what may stand before it declares nothing. */
const SVG = /^\s*(?:<\?xml\b[^>]*>\s*)?(?:(?:<!--.*?-->|<!DOCTYPE\b[^>[]*>)\s*)*<svg\b.*<\/svg>\s*$/is;

/**
 * A picture for the `src` of an `<img>`, which runs and loads nothing that it names: its data URL in base64, whichever
 * form it came in. Undefined: it is none of those that are taken, or larger than `mostBytes`.
 *
 * @param source an SVG document, or a data URL of an SVG, PNG or WebP
 */
export function pictureUrl(source: string, mostBytes: number): string | undefined {
  // Percent signs make three characters of a byte.
  if (source.length > 3 * mostBytes + 100) return undefined;
  const found = source.startsWith('data:') ? decode(source) : { type: 'image/svg+xml', bytes: Buffer.from(source) };
  const bytes = found && checked(found.type, found.bytes);
  if (found === undefined || bytes === undefined || bytes.length > mostBytes) return undefined;
  return `data:${found.type};base64,${bytes.toString('base64')}`;
}

function decode(url: string): { type: string; bytes: Buffer } | undefined {
  const { type = '', base64, data = '' } = DATA_URL.exec(url)?.groups ?? {};
  if (type === '') return undefined;
  if (base64 === undefined) return { type: type.toLowerCase(), bytes: fromPercent(data) };
  const isBase64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(data);
  return isBase64 ? { type: type.toLowerCase(), bytes: Buffer.from(data, 'base64') } : undefined;
}

/** Nothing where it is not written well. */
function fromPercent(data: string): Buffer {
  try {
    return Buffer.from(decodeURIComponent(data));
  } catch {
    return Buffer.alloc(0);
  }
}

/** The bytes, where they are of that type by their own mark. */
function checked(type: string, bytes: Buffer): Buffer | undefined {
  if (type === 'image/png') return bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n' ? bytes : undefined;
  if (type === 'image/webp') return /^RIFF.{4}WEBP/s.test(bytes.toString('latin1', 0, 12)) ? bytes : undefined;
  const svg = bytes.toString();
  if (!SVG.test(svg)) return undefined;
  // Inside of a page it needs none; as a picture it is nothing without one.
  return Buffer.from(svg.replace(/<svg\b(?![^>]*\sxmlns\s*=)/i, '<svg xmlns="http://www.w3.org/2000/svg"'));
}
