/** Text files that the build embeds: Lua scripts. */
declare module '*.lua' {
  const text: string;
  export default text;
}

/** What every `assistants/<name>.md` says, in the order of the names. */
declare module '#assistants' {
  const assistants: readonly import('./conversation/assistant.ts').Assistant[];
  export default assistants;
}

/** What `tools/` holds. */
declare module '#tools' {
  /** The default export of every `<name>.ts`, by name. */
  export const files: Readonly<Record<string, unknown>>;
  /** The text of `mcp.json`, where it is there. */
  export const mcp: string | undefined;
}

/** The contract. */
declare module '*.yaml' {
  const text: string;
  export default text;
}
