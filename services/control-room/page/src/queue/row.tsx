import { askAcknowledge } from '../actions/ask.ts';
import type { RowItem } from '../state/order.ts';
import { openIncident, place } from '../state/place.ts';
import { mayAct, pending } from '../state/room.ts';
import { needsAnswer, standingOf } from '../words/terms.ts';
import { RowCells } from './cells.tsx';
import { current, focused } from './hand.ts';

interface RowPlace {
  readonly item: RowItem;
  readonly index: number;
  readonly start: number;
  /** It has left the queue and stays until the hand has left it. */
  readonly ghost: boolean;
  readonly tabStop: boolean;
}

/** One incident and one target. Enter or a click opens the story. */
export function Row({ item: { row, key, height }, index, start, ghost, tabStop }: RowPlace) {
  const open = place.value.incident === row.incidentId;
  const answerable = needsAnswer(row) && !ghost;
  const classes = ['row', 'row-grid', `row-${standingOf(row.phase)}`];
  if (answerable) classes.push('row-unanswered');
  if (row.alarm === 'shelved') classes.push('row-shelved');
  if (ghost) classes.push('row-ghost');
  if (open) classes.push('row-open');
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={open}
      class={classes.join(' ')}
      data-index={index}
      data-row={key}
      tabIndex={tabStop ? 0 : -1}
      style={{ transform: `translateY(${start}px)`, height: `${height}px` }}
      onFocus={() => {
        focused.value = key;
        current.value = key;
      }}
      onBlur={() => {
        if (focused.value === key) focused.value = undefined;
      }}
      onClick={() => openIncident(row.incidentId)}
    >
      <RowCells row={row} ghost={ghost} />
      {mayAct.value && (
        <div role="gridcell" class="cell cell-answer">
          {answerable && !pending.value.has(key) && (
            <button
              type="button"
              class="button"
              tabIndex={-1}
              aria-label={`Acknowledge ${row.incidentId}`}
              onClick={(event) => {
                event.stopPropagation();
                askAcknowledge(row);
              }}
            >
              Acknowledge
            </button>
          )}
        </div>
      )}
    </div>
  );
}
