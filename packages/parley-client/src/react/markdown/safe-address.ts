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
