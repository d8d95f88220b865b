/** What a user decided in place of a message. It is its own heading. */
export function Decision({ text }: { text: string }) {
  return (
    <li className="parley-message parley-decision" part="message user">
      <h2>{text}</h2>
    </li>
  );
}
