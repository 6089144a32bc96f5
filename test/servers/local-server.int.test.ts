import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { afterEach, expect, it } from 'vitest';
import { startLocalKafka } from './kafka.ts';
import { ServerDidNotStart } from './local-server.ts';
import { type LocalRedis, startLocalRedis } from './redis.ts';
import { describeWithLocal } from './servers.ts';
import { until } from './until.ts';

describeWithLocal('redis', 'a server of a test’s own', () => {
  const started: LocalRedis[] = [];
  const start = async (options?: Parameters<typeof startLocalRedis>[0]) => {
    const redis = await startLocalRedis(options);
    started.push(redis);
    return redis;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((redis) => redis.stop()));
  });

  it('comes back on the same port with what was written before it was killed', async () => {
    const redis = await start({ appendOnly: true });
    const firstPid = redis.pid;
    const client = new Redis(redis.url);
    try {
      await client.set('offset', '7');
      await redis.kill();
      await redis.restart();
      expect(redis.pid).not.toBe(firstPid);
      expect(await client.get('offset')).toBe('7');
    } finally {
      client.disconnect();
    }
  });

  it('answers nothing while it is paused, and all of it when it goes on', async () => {
    const redis = await start();
    const client = new Redis(redis.url);
    try {
      await client.set('asked', 'before');
      redis.pause();
      let answered = false;
      const answer = client.get('asked').finally(() => {
        answered = true;
      });
      const probe = new Redis(redis.url, { commandTimeout: 300, maxRetriesPerRequest: 0 });
      probe.on('error', () => undefined);
      await expect(probe.ping()).rejects.toThrow();
      probe.disconnect();
      expect(answered).toBe(false);
      redis.resume();
      expect(await answer).toBe('before');
    } finally {
      client.disconnect();
    }
  });

  it('says in its own words why it did not start', async () => {
    const refused = startLocalRedis({ settings: [['maxmemory', 'plenty']] });
    await expect(refused).rejects.toBeInstanceOf(ServerDidNotStart);
    await expect(refused).rejects.toThrow('argument must be a memory value');
  });

  it('does not outlive the process that started it, even one that is killed', async () => {
    const starter = `
      import { startLocalRedis } from ${JSON.stringify(new URL('./redis.ts', import.meta.url).href)};
      const redis = await startLocalRedis({ appendOnly: true });
      console.log(JSON.stringify({ port: redis.port }));
      setInterval(() => {}, 1_000);
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', starter], {
      cwd: fileURLToPath(new URL('.', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data', {
      signal: AbortSignal.timeout(20_000),
    })) as [Buffer];
    const { port } = JSON.parse(line.toString()) as { port: number };
    expect(await accepts(port)).toBe(true);
    const redis = new Redis(port);
    const directory = String((await redis.config('GET', 'dir')).at(1));
    redis.disconnect();
    parent.kill('SIGKILL');
    await until(async () => !(await accepts(port)) && !existsSync(directory), {
      what: 'the server to end and its folder to go with the process that started it',
      deadlineMs: 10_000,
    });
  });
});

describeWithLocal('kafka', 'a Kafka of a test’s own', () => {
  it('keeps its records through a crash', async () => {
    const kafka = await startLocalKafka();
    const client = new Kafka({ brokers: kafka.brokers, logLevel: logLevel.NOTHING });
    const admin = client.admin();
    const producer = client.producer();
    try {
      await Promise.all([admin.connect(), producer.connect()]);
      await admin.createTopics({ topics: [{ topic: 'facts', numPartitions: 1 }] });
      await producer.send({ topic: 'facts', messages: [{ value: 'one' }, { value: 'two' }] });
      await kafka.kill();
      await kafka.restart();
      const offsets = await until(() => admin.fetchTopicOffsets('facts'), {
        what: 'the topic to be led again',
        deadlineMs: 20_000,
      });
      expect(offsets).toMatchObject([{ partition: 0, low: '0', high: '2' }]);
    } finally {
      await Promise.all([admin.disconnect(), producer.disconnect()]);
      await kafka.stop();
    }
  });
});

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
