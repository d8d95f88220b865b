import { files, mcp } from '#tools';

/** What a team has put into `tools/`, as the build has found it. */
export interface OwnTools {
  /** What every `<name>.ts` exports by default, by name. */
  files: Readonly<Record<string, unknown>>;
  /** The text of `mcp.json`, where it is there. */
  mcp: string | undefined;
}

export function loadTools(): OwnTools {
  return { files, mcp };
}
