import { spawn } from 'node:child_process';

// npm puts node_modules/.bin first on PATH: the optional dependency is found there, one of the machine's after it.
const core = spawn('func', ['start', ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
core.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
core.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ENOENT') throw error;
  console.error(
    'Azure Functions Core Tools (func) are not installed. `npm install azure-functions-core-tools` fetches them where\n' +
      'the network lets it; https://aka.ms/azfunc-install lists other ways. `npm start` does without them.',
  );
  process.exit(1);
});
