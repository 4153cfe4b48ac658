// The figures of an indicator over time, beside its milestones, the way that leads to them, and where the figures lead to.
import { extent } from 'd3-array';
import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, line } from 'd3-shape';
import { useState } from 'preact/hooks';
import { formatDay } from '../kit.ts';
import { letterScale, useWidth } from '../ui/size.ts';
import { figure } from '../ui/values.tsx';
import { useLanguage, useWords } from '../words/index.ts';

export interface Point {
  on: string;
  value: string;
}
interface Props {
  name: string;
  unit: string;
  places: number;
  figures: Point[];
  /** In force, the earliest first. */
  targets: Point[];
  baseline: Point | null;
  /** The milestone that the status is about; the picture ends there. */
  until: string | null;
  projection: { on: string; value: string; lower: string; upper: string } | null;
  today: string | null;
  todayText: string;
}

const time = (day: string) => Date.parse(`${day}T00:00:00Z`);

export function SeriesChart({ name, unit, places, figures, targets, baseline, until, projection, today, todayText }: Props) {
  const words = useWords();
  const language = useLanguage();
  const [box, width] = useWidth<HTMLDivElement>();
  const [active, setActive] = useState<number | null>(null);
  const w = words.indicatorPage;
  const k = letterScale();
  const MARGIN = { top: 26 * k, right: 22 * k, bottom: 34 * k, left: 52 * k };
  const height = width < 520 ? 270 : Math.max(350, Math.min(width * 0.3, 700));
  const last = figures.at(-1) ?? baseline;
  const path = [...(baseline ? [baseline] : []), ...targets].filter(({ on }) => !until || on <= until);
  const all = [...figures, ...path, ...(projection ? [projection] : [])];
  if (all.length === 0 || !last) return null;

  const [from, to] = extent([...all.map(({ on }) => time(on)), ...(today ? [time(today)] : [])]) as [number, number];
  const span = Math.max(to - from, 120 * 86_400_000);
  const x = scaleUtc([from - span * 0.02, from + span * 1.04], [MARGIN.left, width - MARGIN.right]);
  const values = [...all.map(({ value }) => Number(value)), ...(projection ? [Number(projection.lower), Number(projection.upper)] : [])];
  const [low, high] = extent(values) as [number, number];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  const isShare = unit.startsWith('PERCENT') && high <= 100;
  const y = scaleLinear([low >= 0 && low - room < 0 ? 0 : low - room, isShare ? Math.min(104, high + room) : high + room], [height - MARGIN.bottom, MARGIN.top]);

  const px = ({ on }: { on: string }) => x(time(on));
  const py = ({ value }: { value: string }) => y(Number(value));
  const draw = line<Point>(px, py);
  const wedge = projection && area<{ on: string; lower: string; upper: string }>(px, point => y(Number(point.lower)), point => y(Number(point.upper)))(
    [{ on: last.on, lower: last.value, upper: last.value }, projection]);
  const years = x.ticks(Math.max(2, Math.floor(width / (110 * k))));
  // A long unit ("% of the budget") stands in the heading; here the sign is enough.
  const sign = unit.startsWith('PERCENT') ? 'PERCENT' : unit;
  const say = (value: string) => figure(value, sign, words, language, places);
  // Where a milestone lies close to the last figure, the lower of the two is written below.
  const close = path.find(point => point !== baseline && Math.abs(px(point) - px(last)) < 70 * k && Math.abs(py(point) - py(last)) < 60 * k);
  const isFigureAbove = close !== undefined && py(last) < py(close);
  const shown = active === null ? null : figures[active] ?? null;

  return (
    <div class="chart" ref={box}>
      <svg width={width} height={height} role="img" aria-label={`${w.series}: ${name}. ${summary()}`}
        onPointerLeave={() => setActive(null)} onPointerMove={event => setActive(nearest(event.offsetX))}>
        {y.ticks(5).map(value => (
          <g key={value}>
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(value)} y2={y(value)} class="grid-line" />
            <text x={MARGIN.left - 8} y={y(value)} dy="0.35em" text-anchor="end">{figure(String(value), sign === 'PERCENT' ? sign : null, words, language)}</text>
          </g>
        ))}
        {years.map(date => (
          <g key={date.getTime()}>
            <line x1={x(date)} x2={x(date)} y1={height - MARGIN.bottom} y2={height - MARGIN.bottom + 5} class="tick" />
            <text x={x(date)} y={height - MARGIN.bottom + 20 * k} text-anchor="middle">{tick(date, years.length > 1 && years[1]!.getTime() - years[0]!.getTime() > 300 * 86_400_000)}</text>
          </g>
        ))}
        {today && (
          <g>
            <line x1={x(time(today))} x2={x(time(today))} y1={MARGIN.top - 6} y2={height - MARGIN.bottom} class="today" />
            <text x={x(time(today))} y={MARGIN.top - 11 * k} text-anchor={x(time(today)) > width * 0.7 ? 'end' : x(time(today)) < width * 0.15 ? 'start' : 'middle'}>{todayText}</text>
          </g>
        )}
        {wedge && <path d={wedge} class="wedge" />}
        {path.length > 1 && <path d={draw(path) ?? ''} class="expected" />}
        {projection && <path d={draw([last, projection]) ?? ''} class="projection" />}
        {figures.length > 1 && <path d={draw(figures) ?? ''} class="figures" />}
        {figures.map((point, index) => <circle key={point.on} cx={px(point)} cy={py(point)} r={(index === active ? 6.5 : 4) * k} class="dot" />)}
        {path.map(point => (
          <g key={`${point.on} ${point.value}`} transform={`translate(${px(point)} ${py(point)})`}>
            {point === baseline ? <circle r={4.5 * k} class="baseline" /> : <path d="M0 -7L7 0L0 7L-7 0z" transform={`scale(${k})`} class="target" />}
            {point !== baseline && <text class="target-text" x={px(point) > width - 100 ? -10 : 0} y={point === close && isFigureAbove ? 24 * k : -13 * k} text-anchor={px(point) > width - 60 ? 'end' : 'middle'}>{say(point.value)}</text>}
          </g>
        ))}
        {active === null && figures.length > 0 && (
          <text class="figure-text" x={px(last)} y={py(last) + (isFigureAbove ? -12 : 22) * k} text-anchor={px(last) < MARGIN.left + 40 ? 'start' : 'middle'}>{say(last.value)}</text>
        )}
        {shown && (
          <text class="figure-text" x={Math.min(Math.max(px(shown), MARGIN.left + 70), width - 90)} y={py(shown) + 24 * k} text-anchor="middle">
            {formatDay(shown.on, language)}: {say(shown.value)}
          </text>
        )}
      </svg>
      <ul class="chart-legend" aria-hidden="true">
        {figures.length > 0 && <li><svg width="26" height="12"><path d="M1 6H25" class="figures" /><circle cx="13" cy="6" r="4" class="dot" /></svg>{w.figure}</li>}
        {path.length > 1 && <li><svg width="26" height="12"><path d="M1 6H25" class="expected" /></svg>{w.expectedLine}</li>}
        {targets.length > 0 && <li><svg width="16" height="16"><path d="M8 1L15 8L8 15L1 8z" class="target" /></svg>{w.targetPoint}</li>}
        {projection && <li><svg width="26" height="14"><rect width="26" height="14" class="wedge" /><path d="M1 7H25" class="projection" /></svg>{w.projection}, {w.projectionRange}</li>}
      </ul>
    </div>
  );

  function tick(date: Date, wholeYears: boolean): string {
    return wholeYears || date.getUTCMonth() === 0 ? String(date.getUTCFullYear()) : `${date.getUTCMonth() + 1}/${date.getUTCFullYear()}`;
  }
  function nearest(at: number): number | null {
    let best: number | null = null;
    figures.forEach((point, index) => {
      const distance = Math.abs(px(point) - at);
      if (distance < 24 && (best === null || distance < Math.abs(px(figures[best]!) - at))) best = index;
    });
    return best;
  }
  function summary(): string {
    const goal = path.at(-1);
    return [figures.length > 0 && `${formatDay(last!.on, language)}: ${say(last!.value)}.`,
      goal && goal !== baseline && `${w.target} ${formatDay(goal.on, language)}: ${say(goal.value)}.`].filter(Boolean).join(' ');
  }
}
