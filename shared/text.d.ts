/** Text files that the build embeds: Lua scripts. */
declare module '*.lua' {
  const text: string;
  export default text;
}
