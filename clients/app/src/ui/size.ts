import { useEffect, useRef, useState } from 'preact/hooks';

/** How wide an element is, followed: charts are drawn in real pixels, so that their letters stay as large as the others. */
export function useWidth<E extends HTMLElement>(first = 640) {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(200, Math.floor(entry!.contentRect.width))));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}

/** How much larger letters are than usual: on a very large screen. */
export const letterScale = (): number => parseFloat(getComputedStyle(document.documentElement).fontSize) / 17;
