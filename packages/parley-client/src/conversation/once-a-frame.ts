/** @returns what has the page painted in its next frame, once, however often it is called until then */
export function onceAFrame(paint: () => void): () => void {
  let frame = 0;
  return () => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  };
}
