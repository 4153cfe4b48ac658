import { useEffect, useState } from 'preact/hooks';

/** How wide an element is, followed: charts are drawn in real pixels, so that their letters stay as large as the others. */
export function useWidth<E extends HTMLElement>(first = 640) {
  // A state and not a ref: a chart without data draws nothing at first, and its element comes later.
  const [element, setElement] = useState<E | null>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(200, Math.floor(entry!.contentRect.width))));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [setElement, width] as const;
}

/** How much larger letters are than usual: on a very large screen. */
export const letterScale = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize) / 17;
