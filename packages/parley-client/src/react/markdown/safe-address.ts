const schemes = new Set(['http:', 'https:', 'mailto:']);

/** The address if a link may lead there, relative ones included; `undefined` for `javascript:`, `data:` and the like. */
export function safeAddress(address: string): string | undefined {
  try {
    // Browsers resolve links with the same parser, which ignores the same spaces and control characters.
    return schemes.has(new URL(address, 'https://page.invalid').protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}

/** What an address on the web leads to; `undefined` for any other. */
export function webAddress(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url : undefined;
}
