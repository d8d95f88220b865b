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

/** The contract. */
declare module '*.yaml' {
  const text: string;
  export default text;
}
