/**
 * Loads a module from a file beside the page. The page's policy knows that file by its hash alone, and browsers compare
 * hashes only for elements that name one, which `import()` does not: it finds the module that the element has loaded.
 *
 * @throws {Error} where it cannot be loaded
 */
export async function loadBeside<Module>(path: string, integrity: string): Promise<Module> {
  const address = new URL(path, document.baseURI).href;
  const script = Object.assign(document.createElement('script'), { type: 'module', src: address, integrity });
  await new Promise((resolve, reject) => {
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${address} cannot be loaded.`));
    document.head.append(script);
  }).finally(() => script.remove());
  return await import(/* @vite-ignore */ address);
}
