/** A text with the name of a tool in place of its `{name}`. */
export function Named({ text, name }: { text: string; name: string }) {
  const [before = '', after = ''] = text.split('{name}');
  return (
    <>
      {before}
      <code dir="ltr">{name}</code>
      {after}
    </>
  );
}
