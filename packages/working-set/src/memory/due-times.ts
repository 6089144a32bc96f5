import type { IncidentId } from '@vigil/domain/facts/fact';
import { compareText } from '@vigil/domain/facts/order';
import type { Instant } from '@vigil/domain/time/instant';
import { Heap } from 'heap-js';
import type { DueIncident } from '../port.ts';

/** When incidents are due, the earliest first. */
export interface DueTimes {
  /** `undefined`: no longer. */
  set(id: IncidentId, due: Instant | undefined): void;
  /** Up to `limit` incidents due at or before an instant; they stay due. */
  upTo(instant: Instant, limit: number): DueIncident[];
  size(): number;
  /** Entries in memory, those that were superseded included. */
  entries(): number;
}

/** Superseded entries that are let be before the heap is made anew, beside as many as are current. */
const slack = 1_000;

/**
 * A heap in which entries that were superseded stay until they come up, or until they are more than
 * the others: an incident that is updated often and due in weeks would fill the memory otherwise.
 */
export function dueTimes(): DueTimes {
  const current = new Map<IncidentId, Instant>();
  const heap = new Heap<DueIncident>((a, b) => a.due - b.due || compareText(a.id, b.id));
  const compact = (): void => {
    if (heap.length > 2 * current.size + slack) {
      heap.init([...current].map(([id, due]) => ({ id, due })));
    }
  };
  return {
    set(id, due) {
      if (due === undefined) {
        current.delete(id);
      } else if (current.get(id) !== due) {
        current.set(id, due);
        heap.push({ id, due });
      }
      compact();
    },
    upTo(instant, limit) {
      const found = new Map<IncidentId, DueIncident>();
      while (found.size < limit) {
        const first = heap.peek();
        if (first === undefined || first.due > instant) break;
        heap.pop();
        if (current.get(first.id) === first.due) found.set(first.id, first);
      }
      const due = [...found.values()];
      for (const one of due) heap.push(one);
      return due;
    },
    size: () => current.size,
    entries: () => heap.length,
  };
}
