import type { Delivery } from '@vigil/deployment/rehearsal';
import type { Fact } from '@vigil/domain/facts/fact';
import { type Instant, later } from '@vigil/domain/time/instant';
import { type RejectedLine, readFacts } from '@vigil/event-log/files/read-facts';

/**
 * Reads facts to be played: each is delivered when it was recorded, in the order of the files. Where
 * nothing says when (an import does not), in the order in which they happened.
 *
 * @param onReject - is told of each line that is no fact; it is left out.
 * @throws FactsFileError when a file cannot be read to its end.
 */
export async function readDeliveries(
  files: readonly string[],
  onReject: (rejected: RejectedLine) => void,
): Promise<readonly Delivery[]> {
  const facts: Fact[] = [];
  for await (const line of readFacts(files)) {
    if (line.kind === 'rejected') onReject(line);
    if (line.kind === 'fact') facts.push(line.fact);
  }
  if (facts.every(({ time }) => time === undefined)) facts.sort((a, b) => a.at - b.at);
  let before = 0 as Instant;
  return facts.map((fact) => {
    before = later(fact.time ?? fact.at, before);
    return { fact, deliveredAt: before };
  });
}
