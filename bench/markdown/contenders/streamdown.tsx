import { Streamdown } from 'streamdown';

export function Answer({ text }: { text: string }) {
  return <Streamdown>{text}</Streamdown>;
}
