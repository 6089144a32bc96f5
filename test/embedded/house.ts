import { type Codec, openCodec } from '@vigil/contracts/codec';
import type { DeadLetter } from '@vigil/contracts/dead-letter';
import { UnreadableLedger } from '@vigil/contracts/ledger-codec';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import { rehearsalClock, settled } from '@vigil/deployment/rehearsal';
import type { Fact, FeedHeartbeat, InputTopic, SourceId } from '@vigil/domain/facts/fact';
import { inputTopics, topicOf } from '@vigil/domain/facts/fact';
import type { AlertId, LedgerRecord } from '@vigil/domain/ledger/alert';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Policy } from '@vigil/domain/policy/policy';
import type { Duration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import { breachDetector } from '@vigil/engine/detector';
import { factIntake } from '@vigil/engine/intake';
import type { Engine, Observe } from '@vigil/engine/ports';
import { machineTimer } from '@vigil/engine/timer';
import type { Tracing } from '@vigil/engine/tracing';
import { createInProcessLog } from '@vigil/event-log/in-process/log';
import type {
  EventLog,
  LogRecord,
  OutgoingRecord,
  PartitionHandlers,
  Running,
} from '@vigil/event-log/port';
import { PublishUnknown } from '@vigil/event-log/port';
import { createMemoryWorkingSet } from '@vigil/working-set/memory/working-set';
import type { WorkingSet } from '@vigil/working-set/port';
import { until } from '../servers/until.ts';

interface HouseOptions {
  readonly start: Instant;
  /** So many publications succeed and their answer is lost. */
  readonly loseReplyAfterPublish?: number;
  readonly feeds?: readonly { readonly source: SourceId; readonly silentAfterMs: number }[];
  /** How often a consumer at the end says so, in milliseconds; all the time if not said. */
  readonly caughtUpEveryMs?: number;
  /** Is told what the services observe, as their logs and metrics are. */
  readonly observe?: Observe;
  /** Traces what they do. */
  readonly tracing?: Tracing;
}

/** The services in one process, as `vigil up` runs them, with handles for what a test does to them. */
export interface House {
  /** Appends a fact and waits until everything that follows from it is published. */
  deliver(fact: Fact, headers?: Readonly<Record<string, string>>): Promise<void>;
  append(fact: Fact): Promise<void>;
  appendBytes(topic: InputTopic, key: string, value: Buffer): Promise<void>;
  /** Appends whatever it is to the log's topic of that name. */
  appendRecord(topic: string, record: OutgoingRecord): Promise<void>;
  /** A heartbeat on every input topic; moves the clock to it. */
  beat(heartbeat: FeedHeartbeat): Promise<void>;
  moveTo(instant: Instant, how?: { readonly settle: boolean }): Promise<void>;
  /** Keeps a topic from being read on, as if its consumer hung. */
  stall(topic: InputTopic): void;
  resume(topic: InputTopic): void;
  /** Waits until the detector has looked at the shard so many times more. */
  looksAgain(times: number): Promise<void>;
  loseWorkingSet(how?: { readonly settle: boolean }): Promise<void>;
  changePolicy(change: (text: string) => string): Promise<void>;
  ledger(): readonly LedgerRecord[];
  /** The same as they stand in the log. */
  ledgerRecords(): readonly LogRecord[];
  /** Ids of the alerts that stand, retractions taken off. */
  standing(): readonly AlertId[];
  openBreaches(): readonly string[];
  deadLetters(): Promise<readonly DeadLetter[]>;
  /** The same as they stand in the log. */
  deadLetterRecords(): Promise<readonly LogRecord[]>;
  close(): Promise<void>;
}

const partitions = 1;

const policyText = `
targets:
  - name: child-priority-attendance
    milestone: attended
    grades: [priority]
    child: involved
    downgrade: review
    within: PT60M
    warnAt: 0.75
    escalateAfter: [PT1H, PT23H]
objectives:
  - name: priority-within-the-hour
    milestone: attended
    grades: [priority]
    within: PT60M
    target: 0.75
    windows: [PT1H, P1D]
    minimumIncidents: 20
`;

export async function openHouse(options: HouseOptions): Promise<House> {
  const clock = rehearsalClock(options.start);
  const codec = await openCodec(embeddedSchemas(), topicNames(), parsePolicy(policyText, 'policy'));
  const { topics } = codec;
  const inner = createInProcessLog({
    clock: clock.now,
    caughtUpEveryMs: options.caughtUpEveryMs ?? 2,
    topics: {
      ...Object.fromEntries(Object.values(topics.input).map((topic) => [topic, { partitions }])),
      [topics.alerts]: { partitions },
      [topics.openBreaches]: { partitions },
      [topics.deadLetters]: { partitions },
    },
  });
  const stalled = new Set<InputTopic>();
  const log = losingReplies(inner, options.loseReplyAfterPublish ?? 0);
  let workingSet = createMemoryWorkingSet();
  const facade: WorkingSet = through(() => workingSet);
  const feeds = (options.feeds ?? []).map(({ source, silentAfterMs }) => ({
    source,
    silentAfter: silentAfterMs as Duration,
  }));
  let policy: Policy = { ...parsePolicy(policyText, 'policy'), feeds };
  let engine: Engine;
  let running: readonly Running[] = [];
  let detector: ReturnType<typeof breachDetector> | undefined;
  const failures: Error[] = [];
  let looks = 0;

  const start = async (): Promise<void> => {
    engine = {
      log,
      workingSet: facade,
      codec,
      policy,
      clock: clock.now,
      timer: machineTimer,
      deployment: 'test',
      tickMs: 1,
      observe: (seen) => {
        if (seen.event === 'failed') failures.push(seen.error);
        if (seen.event === 'watermark') looks++;
        options.observe?.(seen);
      },
      ...(options.tracing === undefined ? {} : { tracing: options.tracing }),
    };
    detector = breachDetector(engine);
    const intake = stallable(factIntake(engine), codec, stalled);
    const { input, alerts } = topics;
    const join = (group: string, on: readonly string[], handlers: PartitionHandlers) =>
      log.subscribe({ group, topics: on, handlers, maxBatchRecords: 500 });
    running = [
      await join('incidents', [input['incident-created'], input['incident-updated']], intake),
      await join('attendances', [input['officer-attended']], intake),
      await join('detector', [alerts], detector),
    ];
  };
  const stop = async (): Promise<void> => {
    await detector?.release();
    await Promise.all(running.map((one) => one.stop()));
  };
  await start();

  const ledger: LedgerRecord[] = [];
  const ledgerRecords: LogRecord[] = [];
  const openBreaches = new Map<string, boolean>();
  const read = { alerts: 0n, open: 0n };
  const readOn = async (): Promise<void> => {
    for await (const records of log.readToEnd(topics.alerts, 0, read.alerts)) {
      for (const record of records) {
        const said = await codec.decodeLedger(record).catch(unreadable);
        if (said === undefined) continue;
        ledger.push(said);
        ledgerRecords.push(record);
      }
      read.alerts = (records.at(-1)?.offset ?? read.alerts - 1n) + 1n;
    }
    for await (const records of log.readToEnd(topics.openBreaches, 0, read.open)) {
      for (const { key, value } of records) {
        const name = String(key);
        if (value === null) openBreaches.delete(name);
        else openBreaches.set(name, true);
      }
      read.open = (records.at(-1)?.offset ?? read.open - 1n) + 1n;
    }
  };
  const polling = setInterval(() => void readOnce(), 5);
  let reading: Promise<void> | undefined;
  const readOnce = (): Promise<void> => {
    reading ??= readOn().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const settle = async (): Promise<void> => {
    await until(
      async () => {
        const state = { engine, clock, partitions, signal: AbortSignal.timeout(5_000) };
        await settled(state);
        return !state.signal.aborted;
      },
      { what: 'the services to be done', deadlineMs: 10_000 },
    );
    await readOnce();
    await readOnce();
  };
  const append = async (fact: Fact, more: Readonly<Record<string, string>> = {}): Promise<void> => {
    const record = codec.encodeFact(fact);
    const headers = { ...record.headers, ...more };
    await log.append(topics.input[topicOf[fact.type]], [{ ...record, headers }]);
  };
  const deadLetterRecords = async (): Promise<LogRecord[]> => {
    const seen: LogRecord[] = [];
    for await (const records of log.readToEnd(topics.deadLetters, 0, 0n)) seen.push(...records);
    return seen;
  };

  return {
    append,
    async deliver(fact, headers) {
      await append(fact, headers);
      await settle();
    },
    async appendBytes(topic, key, value) {
      await log.append(topics.input[topic], [{ key, value }]);
    },
    async appendRecord(topic, record) {
      await log.append(topic, [record]);
    },
    async beat(heartbeat) {
      clock.moveTo(heartbeat.at);
      for (const topic of inputTopics) {
        await log.append(topics.input[topic], [codec.encodeFact(heartbeat)]);
      }
      await settle();
    },
    async moveTo(instant, { settle: wait } = { settle: true }) {
      if (!wait) {
        clock.moveTo(instant);
        return;
      }
      for (;;) {
        await settle();
        const [due] = await workingSet.due({ deployment: 'test', partition: 0 }, instant, 1);
        const next = due === undefined ? instant : Math.min(instant, due.due + policy.grace);
        if (clock.now() >= instant) return;
        clock.moveTo(Math.max(next, clock.now() + 1) as Instant);
      }
    },
    stall: (topic) => stalled.add(topic),
    resume: (topic) => stalled.delete(topic),
    async looksAgain(times) {
      const enough = looks + times;
      await until(() => looks >= enough, { what: 'the detector to look', deadlineMs: 5_000 });
    },
    async loseWorkingSet({ settle: wait } = { settle: true }) {
      workingSet = createMemoryWorkingSet();
      if (wait) await settle();
    },
    async changePolicy(change) {
      await stop();
      policy = { ...parsePolicy(change(policyText), 'policy'), feeds };
      await start();
      await settle();
    },
    ledger: () => ledger,
    ledgerRecords: () => ledgerRecords,
    standing: () => {
      const standing = new Set<AlertId>();
      for (const record of ledger) {
        if (record.kind === 'alert') standing.add(record.alertId);
        if (record.kind === 'retraction') standing.delete(record.alertId);
      }
      return [...standing];
    },
    openBreaches: () => [...openBreaches.keys()],
    deadLetterRecords,
    async deadLetters() {
      const records = await deadLetterRecords();
      return Promise.all(records.map((record) => codec.decodeDeadLetter(record)));
    },
    async close() {
      clearInterval(polling);
      await reading;
      stalled.clear();
      await stop();
      await log.close();
      const unexpected = failures.filter((error) => !(error instanceof PublishUnknown));
      if (unexpected.length > 0) throw new AggregateError(unexpected, 'the services failed');
    },
  };
}

/** Nothing for a record that is not of the ledger, as any subscriber would have it. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof UnreadableLedger)) throw error;
}

/** A working set that may be exchanged under the services' feet. */
function through(current: () => WorkingSet): WorkingSet {
  return {
    shard: (...args) => current().shard(...args),
    incidents: (...args) => current().incidents(...args),
    due: (...args) => current().due(...args),
    outbox: (...args) => current().outbox(...args),
    slots: (...args) => current().slots(...args),
    scan: (...args) => current().scan(...args),
    commit: (...args) => current().commit(...args),
    sizes: (...args) => current().sizes(...args),
    close: () => current().close(),
  };
}

function losingReplies(log: EventLog, count: number): EventLog {
  let left = count;
  return {
    ...log,
    async openPublisher(ownership) {
      const publisher = await log.openPublisher(ownership);
      return {
        ...publisher,
        async publish(records) {
          const offset = await publisher.publish(records);
          if (left-- > 0) throw new PublishUnknown('the answer was lost');
          return offset;
        },
      };
    },
  };
}

function stallable(
  handlers: PartitionHandlers,
  { topics }: Codec,
  stalled: ReadonlySet<InputTopic>,
): PartitionHandlers {
  const released = async (logTopic: string): Promise<void> => {
    const topic = inputTopics.find((name) => topics.input[name] === logTopic);
    while (topic !== undefined && stalled.has(topic)) await new Promise((go) => setTimeout(go, 1));
  };
  return {
    ...handlers,
    async batch(batch) {
      await released(batch.topic);
      await handlers.batch(batch);
    },
    async caughtUp(topic, partition, position, readAt) {
      await released(topic);
      await handlers.caughtUp(topic, partition, position, readAt);
    },
  };
}
