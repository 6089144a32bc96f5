import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { theme } from '../state/preferences.ts';
import { now, wall } from '../state/room.ts';

const tenMinutes = 600;
const floodPerOperator = 10;

interface RateProps {
  /** Alarms in each ten minutes, oldest first. */
  readonly perTenMinutes: readonly number[];
  readonly operators: number;
}

/** Alarms in each ten minutes of the day, and a line where a flood begins. */
export function RateChart({ perTenMinutes, operators }: RateProps) {
  const holder = useRef<HTMLDivElement>(null);
  const flood = floodPerOperator * Math.max(1, operators);
  // Read, so that the chart is drawn anew in the other colours.
  const colours = theme.value;

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const draw = () => drawChart(element, perTenMinutes, flood);
    let plot = draw();
    const redraw = () => {
      plot.destroy();
      plot = draw();
    };
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', redraw);
    const size = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    size.observe(element);
    return () => {
      dark.removeEventListener('change', redraw);
      size.disconnect();
      plot.destroy();
    };
  }, [perTenMinutes, flood, colours]);

  const most = Math.max(0, ...perTenMinutes);
  const total = perTenMinutes.reduce((sum, count) => sum + count, 0);
  return (
    <figure class="chart">
      <div ref={holder} aria-hidden="true" />
      <figcaption>
        Alarms in each ten minutes of the last 24 hours: {total.toLocaleString('en-GB')} in all, at
        most {most}. The broken line, at {flood}, is where a flood begins.
      </figcaption>
    </figure>
  );
}

const height = 190;

function drawChart(element: HTMLElement, counts: readonly number[], flood: number): uPlot {
  const style = getComputedStyle(element);
  const ink = style.getPropertyValue('--chart-ink');
  const grid = style.getPropertyValue('--chart-grid');
  const end = Math.floor(now.peek() / 1000);
  const times = counts.map((_, index) => end - (counts.length - index) * tenMinutes);
  const axis = {
    stroke: ink,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1 },
    font: '12px system-ui',
  };
  const bars = uPlot.paths.bars?.({ size: [0.8, 12], align: 1 });
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      legend: { show: false },
      cursor: { show: false },
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(flood * 1.15, max * 1.1)] } },
      axes: [
        { ...axis, values: (_plot, splits) => splits.map((at) => wall.peek().time(at * 1000)) },
        { ...axis, size: 44 },
      ],
      series: [
        {},
        {
          fill: style.getPropertyValue('--chart-bar'),
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        },
        {
          stroke: style.getPropertyValue('--chart-limit'),
          width: 2,
          dash: [6, 5],
          points: { show: false },
        },
      ],
    },
    [times, [...counts], counts.map(() => flood)],
    element,
  );
}
