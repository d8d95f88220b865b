/** As long as `--_parley-motion`. */
const MOTION = { duration: 160, easing: 'ease-out' };

/** The message field goes from the middle of an empty panel to its foot, where it is once the panel is drawn again. */
export function glide(composer: HTMLElement | null | undefined): void {
  if (!composer?.closest('[data-empty]') || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  const { top } = composer.getBoundingClientRect();
  requestAnimationFrame(() => {
    const way = top - composer.getBoundingClientRect().top;
    composer.animate([{ transform: `translateY(${way}px)` }, { transform: 'none' }], MOTION);
  });
}
