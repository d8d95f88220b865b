import { useStrings } from './strings.ts';

/** Whose page this is. */
export function Brand() {
  const say = useStrings();
  return <p className="parley-brand">{say('product')}</p>;
}
