/** A package whose code a shipped one has inside its own files, so that no lockfile knows it. */
export interface HeldPackage {
  name: string;
  version: string;
  licence: string;
  author: string;
}

/** By who holds them; the source maps of what is built say which they are. */
const held: Record<string, HeldPackage[]> = {
  '@modelcontextprotocol/client': [
    { name: 'content-type', version: '1.0.5', licence: 'MIT', author: 'Douglas Christopher Wilson' },
  ],
};

export function heldBy(name: string): HeldPackage[] {
  return held[name] ?? [];
}
