import { useComputed } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type QueueItem, underHeadings } from '../state/order.ts';
import { mayAct, shown } from '../state/room.ts';
import { needsAnswer } from '../words/terms.ts';
import { current, heights, movePointer, wantsFocus } from './hand.ts';
import { Heading } from './heading.tsx';
import { useKeptList } from './kept-list.ts';
import { Row } from './row.tsx';

/** The ranked queue: thousands of rows of which only those in sight are in the document. */
export function QueueList() {
  const scroller = useRef<HTMLDivElement>(null);
  const queue = useComputed(() => underHeadings(shown.value, heights.value));
  const { virtual, items, ghost } = useKeptList(scroller, queue.value);

  // The row that a key moved to is focused once it is in the document.
  const wanted = wantsFocus.value;
  useLayoutEffect(() => {
    const index = items.findIndex(({ key }) => key === wanted);
    if (index === -1) return;
    virtual.scrollToIndex(index, { align: 'auto' });
    const node = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);
    if (node === null || node === undefined) return;
    wantsFocus.value = undefined;
    node.focus({ preventScroll: true });
  });

  const first = items.find(({ kind }) => kind === 'row')?.key;
  const tabStop = items.some(({ key }) => key === current.value) ? current.value : first;
  const above = unansweredAbove(items, virtual.scrollOffset ?? 0);
  return (
    <div class="queue">
      {above > 0 && (
        <button type="button" class="above" onClick={() => scroller.current?.scrollTo({ top: 0 })}>
          <span aria-hidden="true">▲</span> {above} further up {above === 1 ? 'needs' : 'need'} an
          answer
        </button>
      )}
      <div role="grid" class="queue-grid" aria-label="The queue" aria-rowcount={items.length + 1}>
        <div role="rowgroup" class="queue-head">
          <div role="row" aria-rowindex={1} class="row-grid">
            <div role="columnheader">Time</div>
            <div role="columnheader">Incident</div>
            <div role="columnheader">Grade and area</div>
            <div role="columnheader">Alarm</div>
            {mayAct.value && (
              <div role="columnheader">
                <span class="unseen">Answer</span>
              </div>
            )}
          </div>
        </div>
        <div
          role="rowgroup"
          ref={scroller}
          class="queue-scroller"
          onPointerMove={({ pointerType, clientY }) =>
            movePointer(pointerType === 'mouse' ? clientY : undefined)
          }
          onPointerLeave={() => movePointer(undefined)}
        >
          <div
            role="presentation"
            class="queue-whole"
            style={{ height: `${virtual.getTotalSize()}px` }}
          >
            {virtual.getVirtualItems().map(({ index, start, key }) => {
              const item = items[index];
              if (item === undefined) return null;
              if (item.kind === 'heading') {
                return <Heading key={key} item={item} index={index} start={start} />;
              }
              return (
                <Row
                  key={key}
                  item={item}
                  index={index}
                  start={start}
                  ghost={item.key === ghost}
                  tabStop={item.key === tabStop}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Pixels that may be cut off a row before it cannot be read. */
const readableCut = 8;

/** How many rows that need an answer are scrolled out of sight: a breach may not hide up there. */
function unansweredAbove(items: readonly QueueItem[], scrollTop: number): number {
  let top = 0;
  let count = 0;
  for (const item of items) {
    // A row whose first line is cut off is not in sight.
    if (top + readableCut > scrollTop) break;
    top += item.height;
    if (item.kind === 'row' && needsAnswer(item.row)) count += 1;
  }
  return count;
}
