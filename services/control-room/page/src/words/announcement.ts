import type { QueueRow, StreamEvents } from '@vigil/control-room/api/model';
import { childWords, phaseWords } from './terms.ts';

/** What a screen reader says. */
export interface Announcement {
  readonly urgent: boolean;
  readonly text: string;
}

/**
 * One announcement for a batch of new alarms, however many they are; the worst is named. `undefined` when
 * none of them is in the queue any more. Only a child's makes it urgent.
 *
 * @param rows the rows of the batch in the order of the queue
 */
export function announceAlarms(rows: readonly QueueRow[]): Announcement | undefined {
  const [worst] = rows;
  if (worst === undefined) return undefined;
  const name = `${childWords[worst.child]}, ${worst.incidentId}, ${phaseWords(worst).toLowerCase()}`;
  return {
    urgent: rows.some(({ child }) => child === 'involved'),
    text:
      rows.length === 1 ? `New alarm: ${name}.` : `${rows.length} new alarms. The worst: ${name}.`,
  };
}

/** One sentence for all the alarms found at switch-on or after an outage. */
export function summaryWords(
  summary: Extract<StreamEvents['raised'], { kind: 'summary' }>,
): string {
  const { count } = summary;
  return count === 1
    ? 'One alarm stood already when Vigil caught up.'
    : `${count.toLocaleString('en-GB')} alarms stood already when Vigil caught up.`;
}
