import type { InputTopic } from '@vigil/domain/facts/fact';
import { inputTopics } from '@vigil/domain/facts/fact';
import { earlier, type Instant } from '@vigil/domain/time/instant';
import type { Batch, LogRecord, OutgoingRecord, PartitionHandlers } from '@vigil/event-log/port';
import type { Shard } from '@vigil/working-set/port';
import { applyIntake, readToOf, Superseded } from './apply.ts';
import { deadLetter } from './dead-letter.ts';
import type { PositionedFact } from './incident-record.ts';
import type { Engine } from './ports.ts';
import { during, type Step } from './tracing.ts';
import { heardKey } from './watermark.ts';

/**
 * What incident-consumer and attendance-consumer do with the topics they read: decode, put aside what
 * cannot be read, apply the rest, and note how far the topic has been read.
 */
export function factIntake(engine: Engine): PartitionHandlers {
  const { workingSet, observe } = engine;
  /** The offset that the working set holds, by the log's topic and partition; moved by our commits only. */
  const believed = new Map<string, bigint | undefined>();
  const held = new Set<string>();
  const shardOf = (partition: number): Shard => ({ deployment: engine.deployment, partition });
  const placeOf = (topic: string, partition: number): string => `${topic}-${partition}`;

  return {
    async assigned(logTopic, partition) {
      const topic = inputTopicOf(engine, logTopic);
      const place = placeOf(logTopic, partition);
      held.add(place);
      observe({ event: 'assigned', topic, partition });
      for (let waited = false; held.has(place); waited = true) {
        const state = await workingSet.shard(shardOf(partition));
        if (state.mode !== undefined) {
          const offset = state.offsets.get(topic);
          await reportLoss(engine, logTopic, partition, offset);
          believed.set(place, offset);
          return offset;
        }
        if (!waited) {
          observe({ event: 'waiting', topic, partition, why: 'its detector to prepare it' });
        }
        await engine.timer.pause(engine.tickMs * 4);
      }
      return undefined;
    },

    revoked(logTopic, partition) {
      const place = placeOf(logTopic, partition);
      held.delete(place);
      believed.delete(place);
      observe({ event: 'revoked', topic: inputTopicOf(engine, logTopic), partition });
    },

    async batch(batch) {
      const topic = inputTopicOf(engine, batch.topic);
      const place = placeOf(batch.topic, batch.partition);
      const from = expectOffset(believed, place);
      const read = await readBatch(engine, topic, batch);
      const readTo = readToOf(batch.records.at(-1)?.timestamp ?? 0, engine.clock());
      const incidents = await during(read.steps, async () => {
        await batch.alive();
        return applyIntake(engine, shardOf(batch.partition), {
          topic,
          from,
          to: batch.position,
          facts: read.facts,
          heard: read.heard,
          readTo,
          putAside: (retired) => putAsideRetired(engine, batch.records, retired),
        });
      });
      believed.set(place, batch.position);
      observe({
        event: 'facts-applied',
        topic,
        partition: batch.partition,
        facts: read.facts.length,
        incidents,
      });
      const behind = batch.end - batch.position;
      observe({ event: 'read', topic, partition: batch.partition, behind, readTo });
    },

    async caughtUp(logTopic, partition, position, readAt) {
      const topic = inputTopicOf(engine, logTopic);
      const place = placeOf(logTopic, partition);
      const from = expectOffset(believed, place);
      const readTo = earlier(readAt as Instant, engine.clock());
      await applyIntake(engine, shardOf(partition), {
        topic,
        from,
        to: position,
        facts: [],
        heard: [],
        readTo,
      });
      believed.set(place, position);
      observe({ event: 'read', topic, partition, behind: 0n, readTo });
    },
  };
}

function expectOffset(
  believed: ReadonlyMap<string, bigint | undefined>,
  place: string,
): bigint | undefined {
  if (!believed.has(place)) throw new Superseded(`${place} is not assigned here`);
  return believed.get(place);
}

function inputTopicOf({ codec }: Engine, logTopic: string): InputTopic {
  const topic = inputTopics.find((name) => codec.topics.input[name] === logTopic);
  if (topic === undefined) throw new Error(`${logTopic} is not an input topic`);
  return topic;
}

/** Facts that the log no longer keeps were never applied: that is said, not passed over. */
async function reportLoss(
  { log, observe }: Engine,
  topic: string,
  partition: number,
  offset: bigint | undefined,
): Promise<void> {
  const kept = (await log.offsets(topic)).get(partition);
  if (kept !== undefined && offset !== undefined && offset < kept.first) {
    observe({ event: 'facts-lost', topic, partition, from: offset, to: kept.first });
  }
}

async function readBatch(
  engine: Engine,
  topic: InputTopic,
  { records }: Batch,
): Promise<{
  readonly facts: readonly PositionedFact[];
  readonly heard: readonly { readonly key: string; readonly instant: Instant }[];
  readonly steps: readonly Step[];
}> {
  const { codec, policy, tracing } = engine;
  const facts: PositionedFact[] = [];
  const heard: { key: string; instant: Instant }[] = [];
  const steps: Step[] = [];
  const unreadable: OutgoingRecord[] = [];
  for (const record of records) {
    const decoded = await codec.decode(record);
    if (decoded.kind === 'fact') {
      const { fact } = decoded;
      const step = tracing?.received(record, fact);
      if (step !== undefined) steps.push(step);
      const { offset } = record;
      facts.push({ fact, topic, offset, ...(step === undefined ? {} : { trace: step.trace }) });
    } else if (decoded.kind === 'heartbeat') {
      const { source, at } = decoded.heartbeat;
      if (policy.feeds.some((feed) => feed.source === source)) {
        heard.push({ key: heardKey(topic, source), instant: at });
      }
    } else {
      const { reason, detail } = decoded;
      unreadable.push(deadLetter(engine, record, { reason, detail }));
      tracing?.received(record)?.end(reason);
    }
  }
  // Before the offset moves on: a dead letter may then stand twice after a crash, but is never missing.
  if (unreadable.length > 0) await engine.log.append(codec.topics.deadLetters, unreadable);
  return { facts, heard, steps };
}

/** Facts of incidents that have left the working set go to a person (semantics 6). */
async function putAsideRetired(
  engine: Engine,
  records: readonly LogRecord[],
  retired: readonly PositionedFact[],
): Promise<void> {
  const letters = retired.flatMap(({ fact, offset }) => {
    const record = records.find((one) => one.offset === offset);
    const detail = 'the incident was closed and has left the working set; an audit still counts it';
    return record === undefined
      ? []
      : [deadLetter(engine, record, { reason: 'retired', detail, incidentId: fact.incidentId })];
  });
  await engine.log.append(engine.codec.topics.deadLetters, letters);
}
