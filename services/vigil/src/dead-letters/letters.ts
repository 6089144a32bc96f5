/** The dead letters of a deployment: what could not be taken in, and which of it was sent again. */
import type { Decoder } from '@vigil/contracts/codec';
import type { DeadLetter } from '@vigil/contracts/dead-letter';
import { type Instant, parseInstant } from '@vigil/domain/time/instant';
import type { OutgoingRecord } from '@vigil/event-log/port';
import type { LogReader, LogRecord } from '@vigil/event-log/reader';

/** On a record without a value: the letter with its key was sent again then. */
const retriedHeader = 'vigil-retried-at';
/** On a record that was sent again: where it stood when it was put aside. */
const retryOfHeader = 'vigil-retry-of';

/** A record that was put aside, perhaps several times: a partition read again puts it aside again. */
export interface Letter {
  /** Where the record stood, `topic-partition-offset`: what it is called by. */
  readonly id: string;
  readonly letter: DeadLetter;
  /** How often it was put aside. */
  readonly times: number;
  /** When it was last sent again; none when it never was. */
  readonly retriedAt?: Instant;
}

/** Which letters are meant; what is absent is not asked about. */
export interface LetterFilter {
  readonly ids?: ReadonlySet<string>;
  readonly reason?: string;
  readonly topic?: string;
  readonly incident?: string;
  readonly since?: Instant;
  readonly until?: Instant;
}

/** The dead letters that are kept, in the order in which they were first put aside. */
export async function readLetters(
  reader: LogReader,
  decoder: Decoder,
  filter: LetterFilter,
): Promise<readonly Letter[]> {
  const letters = new Map<string, Letter>();
  for await (const record of recordsOf(reader, decoder.topics.deadLetters)) {
    const id = record.key?.toString() ?? '';
    const known = letters.get(id);
    if (record.value === null) {
      const retriedAt = parseInstant(record.headers[retriedHeader]?.toString() ?? '');
      if (known !== undefined && typeof retriedAt === 'number') {
        letters.set(id, { ...known, retriedAt });
      }
      continue;
    }
    if (known !== undefined) {
      letters.set(id, { ...known, times: known.times + 1 });
      continue;
    }
    const letter = await decoder.decodeDeadLetter(record);
    if (isMeant(id, letter, filter)) letters.set(id, { id, letter, times: 1 });
  }
  return [...letters.values()].sort((a, b) => a.letter.putAsideAt - b.letter.putAsideAt);
}

async function* recordsOf(reader: LogReader, topic: string): AsyncGenerator<LogRecord> {
  for (const [partition, { first, end }] of await reader.offsets(topic)) {
    for await (const { records } of reader.read({ topic, partition, from: first, to: end })) {
      yield* records;
    }
  }
}

function isMeant(id: string, letter: DeadLetter, filter: LetterFilter): boolean {
  const { ids, reason, topic, incident, since = -Infinity, until = Infinity } = filter;
  return (
    (ids === undefined || ids.has(id)) &&
    (reason === undefined || letter.reason === reason) &&
    (topic === undefined || letter.topic === topic) &&
    (incident === undefined || letter.incidentId === incident) &&
    letter.putAsideAt >= since &&
    letter.putAsideAt <= until
  );
}

/**
 * The record as it was, for the topic and partition where it stood, so that it is read after what came
 * meanwhile. Vigil counts a fact once however often it comes.
 */
export function againOf({ id, letter }: Letter): OutgoingRecord {
  const { key = null, value = null, headers, partition } = letter;
  return { key, value, partition, headers: { ...headers, [retryOfHeader]: id } };
}

/** The mark that a letter was sent again, for the topic of dead letters. */
export function retriedMark({ id }: Letter, at: string): OutgoingRecord {
  return { key: id, value: null, headers: { [retriedHeader]: at } };
}
