import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setup as buildApp } from '../../host/build-app.ts';
import { setup as pack } from '../../package/packed-package.ts';
import { startService } from '../../package/service.ts';
import { openBrowser } from '../open-browser.ts';
import { appFolder } from './app-folder.ts';
import { converse } from './converse.ts';
import { follow } from './follow.ts';
import { freePort } from './free-port.ts';
import { sizes } from './sizes.ts';
import { type Trial, trials } from './trials.ts';

// npm run test:examples -- [--only TEXT] [--screenshots DIRECTORY]
// Makes each app as the docs say it is made, and talks with the service through it. `--only` is part of trials' names.

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, screenshots: { type: 'string' } },
});
const pictures = values.screenshots === undefined ? undefined : resolve(values.screenshots);
if (pictures !== undefined) await mkdir(pictures, { recursive: true });

await Promise.all([buildApp(), pack()]);
const port = await freePort();
const origin = `http://localhost:${port}`;
const [service, browser] = await Promise.all([startService(origin), openBrowser()]);
for (const trial of trials.filter(({ name }) => name.includes(values.only))) {
  const startedAt = performance.now();
  const fault = await run(trial).catch((error: Error) => error);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  console.log(`${fault === undefined ? 'passed' : 'FAILED'}  ${trial.name}  ${seconds} s`);
  if (fault === undefined) continue;
  console.log(fault.message.replaceAll(/^/gm, '  '));
  process.exitCode = 1;
}
await browser.close();
await service.stop();
if (values.only === '') console.log((await sizes()).join('\n'));

async function run({ name, example, steps, isCrossOrigin, pages = { '': 'panel' } }: Trial): Promise<undefined> {
  const change = (text: string) => text.replaceAll(/http:\/\/(localhost|127\.0\.0\.1):7071/g, service.host.url);
  const folder = await appFolder(example, change);
  try {
    await follow(steps, {
      directory: example === undefined ? folder.path : join(folder.path, 'parley/examples', example),
      // Vite is told its port by its command line alone.
      env: { PORT: String(port), ...(isCrossOrigin && { VITE_PARLEY_URL: service.host.url }) },
      serve: (line) => (/vite/i.test(name) ? `${line} -- --port ${port} --strictPort` : line),
      url: `${origin}/`,
      change,
      async tryOut(line) {
        for (const [page, view] of Object.entries(pages)) {
          const picture = `${`${name} ${line} ${page}`.toLowerCase().match(/\w+/g)?.join('-')}.png`;
          const url = `${origin}/${page}`;
          const told = await converse(browser, url, service, view, pictures && join(pictures, picture)).catch(
            (error) => {
              throw new Error(`${line}, /${page}: ${error.message}`, { cause: error });
            },
          );
          console.log(`        ${name}, ${line}, /${page}: ${told}`);
        }
      },
    });
  } finally {
    await folder.remove();
  }
}
