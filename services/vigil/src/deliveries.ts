import type { Delivery } from '@vigil/deployment/rehearsal';
import { type Instant, later } from '@vigil/domain/time/instant';
import { type RejectedLine, readFacts } from '@vigil/event-log/files/read-facts';

/**
 * Reads facts to be played: each is delivered when it was recorded, in the order of the files.
 *
 * @param onReject - is told of each line that is no fact; it is left out.
 * @throws FactsFileError when a file cannot be read to its end.
 */
export async function readDeliveries(
  files: readonly string[],
  onReject: (rejected: RejectedLine) => void,
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  let before = 0 as Instant;
  for await (const line of readFacts(files)) {
    if (line.kind === 'rejected') onReject(line);
    if (line.kind !== 'fact') continue;
    const { fact } = line;
    const deliveredAt = later(fact.time ?? fact.at, before);
    deliveries.push({ fact, deliveredAt });
    before = deliveredAt;
  }
  return deliveries;
}
