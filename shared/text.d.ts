/** Text files that the build embeds: Lua scripts. */
declare module '*.lua' {
  const text: string;
  export default text;
}

/** The text of every `assistants/<name>.md`, by name. */
declare module '#assistants' {
  const texts: Readonly<Record<string, string>>;
  export default texts;
}

/** The contract. */
declare module '*.yaml' {
  const text: string;
  export default text;
}
