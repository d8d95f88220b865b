import type { View } from './converse.ts';
import { before, readRecipe, replaced, type Step } from './recipe.ts';

/** One app, made as its readers are told to, with one choice of versions. */
export interface Trial {
  name: string;
  /** Where its reader begins: in this example's folder, or in an empty one. */
  example?: string;
  steps: readonly Step[];
  /** Its pages ask the service across origins. */
  isCrossOrigin?: true;
  /** Its pages, and how each shows a conversation; by default there is one, with the panel. */
  pages?: Readonly<Record<string, View>>;
}

const readme = (example: string) => readRecipe(`examples/${example}/README.md`);
const vite = await readRecipe('docs/embedding.md', 'Vite and React');
const next = await readRecipe('docs/embedding.md', 'Next');
const noFramework = await readRecipe('docs/embedding.md', 'Without a framework');
const vue = await readRecipe('docs/embedding.md', 'Vue');
const svelte = await readRecipe('docs/embedding.md', 'Svelte');
const useChat = await readRecipe('docs/ai-sdk.md');
const assistantUi = await readRecipe('docs/assistant-ui.md');
const example = { vite: await readme('vite-react'), next: await readme('next'), none: await readme('no-framework') };

const vite7: Step = { run: 'npm install vite@7 @vitejs/plugin-react@5' };
const react18: Step = { run: 'npm install react@18.3 react-dom@18.3 @types/react@18 @types/react-dom@18' };
const withStyles = (path: string): Step => ({ run: `sed -i '1i import "${path}";' src/main.tsx` });
const tailwind4: Step[] = [
  { run: 'npm install tailwindcss@4 @tailwindcss/vite@4' },
  { write: 'src/tailwind.css', text: '@import "tailwindcss";\n' },
  withStyles('./tailwind.css'),
  { run: `sed -i '1i import tailwind from "@tailwindcss/vite";' vite.config.ts` },
  { run: `sed -i 's/react()/react(), tailwind()/' vite.config.ts` },
];
/** What Tailwind 3 makes of its reset. */
const tailwind3: Step[] = [{ run: 'npm install @unocss/reset' }, withStyles('@unocss/reset/tailwind.css')];

export const trials: readonly Trial[] = [
  { name: 'docs, Vite', steps: vite },
  { name: 'docs, Vite 7', steps: replaced(vite, 'vite@latest', 'vite@7') },
  { name: 'docs, Next', steps: next },
  { name: 'docs, no framework', steps: noFramework, isCrossOrigin: true },
  { name: 'docs, Vue with Vite', steps: vue, isCrossOrigin: true },
  { name: 'docs, Svelte with Vite', steps: svelte, isCrossOrigin: true },
  {
    name: 'docs, useChat in Vite',
    steps: before(vite, ...replaced(useChat, 'app/use-chat/page.tsx', 'src/App.tsx')),
    pages: { '': 'list' },
  },
  { name: 'docs, useChat in Next', steps: before(next, ...useChat), pages: { 'use-chat': 'list' } },
  {
    name: 'docs, assistant-ui in Vite',
    steps: before(vite, ...replaced(assistantUi, 'app/assistant-ui/page.tsx', 'src/App.tsx')),
    pages: { '': 'list' },
  },
  { name: 'docs, assistant-ui in Next', steps: before(next, ...assistantUi), pages: { 'assistant-ui': 'list' } },
  { name: 'vite-react', example: 'vite-react', steps: example.vite },
  { name: 'vite-react, across origins', example: 'vite-react', steps: example.vite, isCrossOrigin: true },
  { name: 'vite-react, React 18', example: 'vite-react', steps: before(example.vite, react18) },
  { name: 'vite-react, Vite 7', example: 'vite-react', steps: before(example.vite, vite7) },
  { name: 'vite-react, Vite 7, React 18', example: 'vite-react', steps: before(example.vite, vite7, react18) },
  { name: 'vite-react, Tailwind 4', example: 'vite-react', steps: before(example.vite, ...tailwind4) },
  { name: 'vite-react, reset of Tailwind 3', example: 'vite-react', steps: before(example.vite, ...tailwind3) },
  {
    name: 'next',
    example: 'next',
    steps: example.next,
    pages: { '': 'panel', 'use-chat': 'list', 'assistant-ui': 'list' },
  },
  { name: 'no-framework', example: 'no-framework', steps: example.none, isCrossOrigin: true },
];
