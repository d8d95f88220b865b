import type { Page } from 'playwright-core';

interface Strip {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Whether anything is drawn in a part of the page, on whatever ground: bullets and borders are no elements. */
export async function hasInk(page: Page, clip: Strip): Promise<boolean> {
  const png = await page.screenshot({ clip, animations: 'disabled', caret: 'hide' });
  const reader = await page.context().newPage();
  const colours = await reader.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.drawImage(picture, 0, 0);
    return new Set(new Uint32Array(context.getImageData(0, 0, picture.width, picture.height).data.buffer)).size;
  }, png.toString('base64'));
  await reader.close();
  return colours > 1;
}
