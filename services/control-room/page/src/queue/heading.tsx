import type { HeadingItem } from '../state/order.ts';
import { mayAct } from '../state/room.ts';

const words = {
  involved: 'A child is involved',
  unknown: 'Possibly a child: nobody has said',
  'not-involved': 'No child involved',
} as const;

interface HeadingPlace {
  readonly item: HeadingItem;
  readonly index: number;
  readonly start: number;
}

/** What the rows below it have in common. */
export function Heading({ item: { child, count, overdue, height }, index, start }: HeadingPlace) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      class={`heading heading-${child}`}
      style={{ transform: `translateY(${start}px)`, height: `${height}px` }}
    >
      <div role="gridcell" aria-colspan={mayAct.value ? 5 : 4}>
        <strong>{words[child]}</strong>
        <span>
          {overdue} overdue of {count}
        </span>
      </div>
    </div>
  );
}
