import { useLayoutEffect, useState } from 'preact/hooks';

/** How wide an element is, followed: charts are drawn in real pixels, so that their letters stay as large as the others. */
export function useWidth<E extends HTMLElement>(first = 640) {
  // A state and not a ref: a chart without data draws nothing at first, and its element comes later.
  const [element, setElement] = useState<E | null>(null);
  const [width, setWidth] = useState(first);
  useLayoutEffect(() => {
    if (!element) return;
    const measure = (now: number) => setWidth(Math.max(200, Math.floor(now)));
    measure(element.clientWidth);
    const observer = new ResizeObserver(([entry]) => measure(entry!.contentRect.width));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, width] as const;
}

/** How much larger letters are than usual: on a very large screen. */
export const letterScale = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize) / 17;
