import type { JSX } from 'preact';
import type { Standing } from './terms.ts';

/** A shape for each standing, told apart without colour and at arm's length. */
const shapes: Readonly<Record<Standing | 'child' | 'possible', JSX.Element>> = {
  overdue: <path d="M10 2 19 18H1Z" fill="currentColor" />,
  escalated: (
    <>
      <path d="M10 1 17 9H3Z" fill="currentColor" />
      <path d="M10 9 18 19H2Z" fill="currentColor" />
    </>
  ),
  soon: (
    <>
      <circle cx="10" cy="10" r="7.5" fill="none" stroke="currentColor" stroke-width="2" />
      <path d="M10 2.5a7.5 7.5 0 0 1 0 15Z" fill="currentColor" />
    </>
  ),
  'in-time': <circle cx="10" cy="10" r="7.5" fill="none" stroke="currentColor" stroke-width="2" />,
  ended: <path d="m3 11 5 5L17.5 4.5" fill="none" stroke="currentColor" stroke-width="2.6" />,
  child: (
    <>
      <circle cx="10" cy="5.5" r="3.5" fill="currentColor" />
      <path d="M4 19c0-5 2.5-8.5 6-8.5s6 3.5 6 8.5Z" fill="currentColor" />
    </>
  ),
  possible: (
    <g fill="none" stroke="currentColor" stroke-width="1.8">
      <circle cx="10" cy="5.5" r="3" />
      <path d="M5 18c0-4.5 2-7 5-7s5 2.5 5 7Z" />
    </g>
  ),
};

/** Decoration only: the word stands beside it. */
export function Mark({ shape }: { shape: keyof typeof shapes }) {
  return (
    <svg class={`mark mark-${shape}`} viewBox="0 0 20 20" aria-hidden="true">
      {shapes[shape]}
    </svg>
  );
}
