import { branding } from './branding.ts';
import { logo } from './logo.ts';

/** Whose page this is. */
export function Brand() {
  return (
    <p className="parley-brand">
      <img src={logo} alt="" />
      <span dir="auto">{branding.name}</span>
    </p>
  );
}
