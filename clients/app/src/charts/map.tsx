// Where the communes of a province are and in which quarter of the ranking each stands. Only their middles are known, not their borders.
import { geoGraticule, geoMercator, geoPath } from 'd3-geo';
import { useState } from 'preact/hooks';
import { letterScale, useWidth } from '../ui/size.ts';
import { useWords } from '../words/index.ts';

export interface Place {
  code: string;
  name: string;
  longitude: number;
  latitude: number;
  quartile: number | null;
  text: string;
}

/** A quarter has a shade and a shape. */
export function Mark({ quartile, r = 7 }: { quartile: number | null; r?: number }) {
  const name = `mark q${quartile ?? 0}`;
  if (quartile === 1) return <circle r={r} class={name} />;
  if (quartile === 2) return <rect x={-r * 0.85} y={-r * 0.85} width={r * 1.7} height={r * 1.7} rx="1.5" class={name} />;
  if (quartile === 3) return <path d={`M0 ${-r}L${r} ${r * 0.8}L${-r} ${r * 0.8}z`} class={name} />;
  if (quartile === 4) return <path d={`M0 ${-r * 1.1}L${r * 1.1} 0L0 ${r * 1.1}L${-r * 1.1} 0z`} class={name} />;
  return <circle r={r * 0.75} class={name} />;
}

interface Props {
  label: string;
  places: Place[];
  active: string | null;
  onActive: (code: string | null) => void;
  onOpen: (code: string) => void;
}

export function CommuneMap({ label, places, active, onActive, onOpen }: Props) {
  const words = useWords();
  const [box, width] = useWidth<HTMLDivElement>(480);
  const [touched, setTouched] = useState(false);
  const k = letterScale();
  const height = Math.round(Math.min(width * 0.92, 620 * k));
  const r = width < 420 ? 6 : 7.5 * k;
  const points = { type: 'MultiPoint' as const, coordinates: places.map(({ longitude, latitude }) => [longitude, latitude]) };
  const projection = geoMercator().fitExtent([[34, 26], [width - 34, height - 34]], points);
  const lines = geoPath(projection)(geoGraticule().step([0.25, 0.25]).extent([[95, 5], [120, 25]])());
  const drawn = places.map(place => ({ place, at: projection([place.longitude, place.latitude])! }));
  /** Marks lie close together: that one is meant whose middle is nearest to the pointer. */
  const nearest = (event: { offsetX: number; offsetY: number }): string | null => {
    let best: { code: string; distance: number } | null = null;
    for (const { place, at } of drawn) {
      const distance = Math.hypot(at[0] - event.offsetX, at[1] - event.offsetY);
      if (distance < 26 * k && (!best || distance < best.distance)) best = { code: place.code, distance };
    }
    return best?.code ?? null;
  };
  const shown = drawn.find(({ place }) => place.code === active);
  return (
    <div class="map" ref={box}>
      <svg width={width} height={height} role="img" aria-label={`${label}. ${words.indicatorPage.mapHint}`}
        onPointerMove={event => onActive(nearest(event))} onPointerLeave={() => onActive(null)}
        onPointerDown={event => setTouched(event.pointerType === 'touch')}
        onClick={event => {
          const code = nearest(event);
          if (code && touched) onActive(code);
          else if (code) onOpen(code);
        }}>
        <path d={lines ?? ''} class="graticule" />
        <text x={width - 8} y={height - 8} text-anchor="end" class="compass">0,25°</text>
        {drawn.map(({ place, at }) => (
          <g key={place.code} transform={`translate(${at[0]} ${at[1]})`} data-code={place.code} class={place.code === active ? 'active' : ''}>
            <Mark quartile={place.quartile} r={r} />
          </g>
        ))}
        {shown && (
          <g transform={`translate(${shown.at[0]} ${shown.at[1]})`} class="map-tip">
            <circle r={r + 4} />
            <text y={-r - 10} text-anchor={shown.at[0] < 120 * k ? 'start' : shown.at[0] > width - 120 * k ? 'end' : 'middle'}>{shown.place.name}: {shown.place.text}</text>
          </g>
        )}
      </svg>
    </div>
  );
}
