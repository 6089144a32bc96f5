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
}

/** A heap in which entries that were superseded stay until they come up. */
export function dueTimes(): DueTimes {
  const current = new Map<IncidentId, Instant>();
  const heap = new Heap<DueIncident>((a, b) => a.due - b.due || compareText(a.id, b.id));
  return {
    set(id, due) {
      if (due === undefined) {
        current.delete(id);
      } else if (current.get(id) !== due) {
        current.set(id, due);
        heap.push({ id, due });
      }
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
  };
}
