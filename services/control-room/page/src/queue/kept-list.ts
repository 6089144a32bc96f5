import {
  defaultRangeExtractor,
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { QueueItem } from '../state/order.ts';
import { keepUnderHand, type Scroll, withGhost } from '../state/under-hand.ts';
import { current, focused, pointerY } from './hand.ts';

interface Kept {
  /** As the queue has them, and as they are shown: with what must not leave under the hand. */
  readonly queue: readonly QueueItem[];
  readonly items: readonly QueueItem[];
  readonly held: string | undefined;
  readonly scroll: Scroll;
}

/**
 * A list of which only the part in sight is in the document, and whose rows stay under the hand when it
 * changes: what is focused or pointed at does not move on the screen, nor does a list scrolled into.
 */
export function useKeptList(scroller: RefObject<HTMLElement | null>, queue: readonly QueueItem[]) {
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const last = useRef<Kept>({
    queue: [],
    items: [],
    held: undefined,
    scroll: { top: 0, before: 0, after: 0 },
  });
  const kept = keep(last.current, queue, scroller.current);
  const moved = kept !== last.current && kept.queue !== last.current.queue;
  last.current = kept;
  const { items, scroll } = kept;

  const options = {
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index: number) => items[index]?.height ?? 0,
    getItemKey: (index: number) => items[index]?.key ?? index,
    paddingStart: scroll.before,
    paddingEnd: scroll.after,
    overscan: 8,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    onChange: rerender,
    // The row that Tab comes back to stays in the document wherever the list is scrolled to.
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const indexes = defaultRangeExtractor(range);
      const tabStop = items.findIndex(({ key }) => key === current.value);
      if (tabStop === -1 || indexes.includes(tabStop)) return indexes;
      return [...indexes, tabStop].sort((a, b) => a - b);
    },
  };
  const [virtual] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtual.setOptions(options);
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  useLayoutEffect(() => {
    const element = scroller.current;
    if (moved && element !== null && Math.abs(element.scrollTop - scroll.top) >= 1) {
      element.scrollTop = scroll.top;
    }
  });
  const ghost = items === queue ? undefined : kept.held;
  return { virtual, items, ghost };
}

/** What to show after the queue or the hand changed. */
function keep(last: Kept, queue: readonly QueueItem[], element: HTMLElement | null): Kept {
  if (element === null) return { ...last, queue, items: queue };
  const top = element.scrollTop;
  const scroll = { ...last.scroll, top };
  const held = focused.value ?? pointedAt(last.items, scroll, element);
  if (queue === last.queue && (held === last.held || isPlain(last))) {
    return held === last.held ? last : { ...last, held };
  }
  if (held !== undefined) {
    const items = withGhost(held, last.items, queue);
    return {
      queue,
      items,
      held,
      scroll: keepUnderHand(held, last.items, items, scroll, element.clientHeight),
    };
  }
  // Nobody's hand is here: at the top what is new pushes in, further down the reader's place is kept.
  const first = top > 0 ? itemAt(last.items, top - scroll.before) : undefined;
  const settled = keepUnderHand(first, last.items, queue, scroll, element.clientHeight);
  return { queue, items: queue, held, scroll: { top: settled.top, before: 0, after: 0 } };
}

/** Nothing is kept back that would have to be let go. */
function isPlain({ queue, items, scroll }: Kept): boolean {
  return queue === items && scroll.before === 0 && scroll.after === 0;
}

function pointedAt(items: readonly QueueItem[], scroll: Scroll, element: HTMLElement) {
  if (pointerY.value === undefined) return undefined;
  const y = pointerY.value - element.getBoundingClientRect().top + scroll.top - scroll.before;
  const key = itemAt(items, y);
  return key?.startsWith('heading ') === true ? undefined : key;
}

/** The key of the item at a height from the first one's top. */
function itemAt(items: readonly QueueItem[], y: number): string | undefined {
  let end = 0;
  for (const { key, height } of items) {
    end += height;
    if (y < end) return key;
  }
  return undefined;
}
