import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Codec } from '@vigil/contracts/codec';
import { inputTopics, topicOf } from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import type { Delivered } from '@vigil/generator/delivery';
import { encodeHeartbeat } from '../messages.ts';
import { peerCommand } from './build.ts';
import type { Stage } from './stage.ts';

const heapMebibytes = 2_048;
const byKey = -1;
const recordsPerWrite = 10_000;

/**
 * Encodes a history into a file as the feeder reads it (peers/feeder), stamped with when each fact was
 * delivered. At its end every partition of every topic gets a heartbeat: there is nothing more up to
 * `end`.
 */
export async function writeFeed(
  file: string,
  history: readonly Delivered[],
  { codec, partitions, end }: { codec: Codec; partitions: number; end: Instant },
): Promise<void> {
  const out = await open(file, 'w');
  try {
    for (let i = 0; i < history.length; i += recordsPerWrite) {
      const some = history.slice(i, i + recordsPerWrite).map(({ fact, deliveredAt }) => {
        const topic = inputTopics.indexOf(topicOf[fact.type]);
        return recordBytes(topic, byKey, deliveredAt, codec.encodeFact(fact));
      });
      await out.write(Buffer.concat(some));
    }
    const heartbeat = encodeHeartbeat(codec, end);
    for (const topic of inputTopics.keys()) {
      for (let partition = 0; partition < partitions; partition++) {
        await out.write(recordBytes(topic, partition, end, heartbeat));
      }
    }
  } finally {
    await out.close();
  }
}

function recordBytes(
  topic: number,
  partition: number,
  stamp: Instant,
  { key, value, headers = {} }: ReturnType<Codec['encodeFact']>,
): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt8(topic, 0);
  head.writeInt32BE(partition, 1);
  head.writeBigInt64BE(BigInt(stamp), 5);
  const named = Object.entries(headers);
  return Buffer.concat([
    head,
    ...sized(Buffer.from(key)),
    ...sized(value ?? Buffer.alloc(0)),
    Buffer.of(named.length),
    ...named.flatMap(([name, text]) => [...sized(Buffer.from(name)), ...sized(Buffer.from(text))]),
  ]);
}

function sized(bytes: Buffer): readonly [Buffer, Buffer] {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return [length, bytes];
}

/** Has read its file and is connected. */
export interface Feeder {
  /** Sends everything as fast as it can. Resolves when the broker has it all. */
  send(): Promise<void>;
}

/** Starts a feeder as a process of its own and waits until it could begin. */
export async function startFeeder(stage: Stage, file: string): Promise<Feeder> {
  const [command, ...args] = await peerCommand('feeder', heapMebibytes);
  const { servers, codec } = stage;
  const topics = inputTopics.map((name) => codec.topics.input[name]);
  const child = spawn(command, [...args, servers.kafkaBrokers.join(','), file, ...topics], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  await said('ready', lines, child);
  return {
    async send() {
      const sent = said('sent', lines, child);
      child.stdin.end('go\n');
      await sent;
    },
  };
}

async function said(
  word: string,
  lines: ReturnType<typeof createInterface>,
  child: ChildProcess,
): Promise<void> {
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the feeder ended before it said "${word}"`);
  });
  const heard = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      if (line === word) resolve();
    });
  });
  await Promise.race([heard, ended]);
}
