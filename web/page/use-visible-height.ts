import { useEffect } from 'react';

/**
 * Makes the page as high as what can be seen of it. Where a phone lays its keyboard over a page, as Safari does, the
 * message field would be under it, or the messages out of sight.
 */
export function useVisibleHeight(): void {
  useEffect(() => {
    const { visualViewport } = window;
    if (visualViewport === null) return;
    const { style } = document.documentElement;
    const fit = () => {
      const isZoomed = Math.abs(visualViewport.scale - 1) > 0.01;
      // Who has zoomed in sees a part of the page, which stays as large as it is.
      style.setProperty('--page-height', isZoomed ? '100dvh' : `${visualViewport.height}px`);
    };
    visualViewport.addEventListener('resize', fit);
    return () => {
      visualViewport.removeEventListener('resize', fit);
      style.removeProperty('--page-height');
    };
  }, []);
}
