import { languages } from '../../../packages/parley-client/src/react/markdown/languages.ts';

export const highlight = (code: string) => languages.highlight('typescript', code);
