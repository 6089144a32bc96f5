import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openRoom, type Room } from '../browser/control-room/room.ts';
import { type LocalAlertmanager, startLocalAlertmanager } from '../servers/alertmanager.ts';
import { freePorts } from '../servers/ports.ts';
import { describeWithLocal, realServers, testDeployment } from '../servers/servers.ts';
import { until } from '../servers/until.ts';
import { type Service, started, startService, vigil } from './vigil-process.ts';

const secret = `whsec_${Buffer.from('a secret that is long enough').toString('base64')}`;
const webhookBody = z.object({
  type: z.string(),
  data: z.looseObject({ phase: z.string().optional() }),
});
const pagerDutyEvent = z.discriminatedUnion('event_action', [
  z.strictObject({
    ...{ routing_key: z.string(), event_action: z.literal('trigger'), dedup_key: z.string() },
    client: z.string(),
    payload: z.strictObject({
      ...{ summary: z.string().max(1_024), source: z.string(), custom_details: z.looseObject({}) },
      severity: z.enum(['critical', 'error', 'warning', 'info']),
    }),
  }),
  z.strictObject({
    ...{ routing_key: z.string(), event_action: z.literal('resolve'), dedup_key: z.string() },
  }),
]);

interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A receiver that keeps what it was sent, and answers as it is told to. */
function receiver() {
  const received: Received[] = [];
  const answers = new Map<string, number[]>();
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      const path = request.url ?? '';
      const status = answers.get(path)?.shift() ?? 202;
      const headers = request.headers as Record<string, string>;
      if (status < 300) received.push({ path, headers, body });
      response.writeHead(status, { 'retry-after': '0' }).end();
    });
  });
  return { server, received, answers };
}

describeWithLocal('alertmanager', 'deliveries on real servers', () => {
  let room: Room;
  let alertmanager: LocalAlertmanager;
  let folder: string;
  let delivery: Service;
  let environment: Readonly<Record<string, string>>;
  let port = 0;
  const { server, received, answers } = receiver();

  beforeAll(async () => {
    [alertmanager, room] = await Promise.all([
      startLocalAlertmanager(),
      openRoom(realServers(), testDeployment('deliveries')),
    ]);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    const [nobody] = await freePorts(1);
    folder = await mkdtemp(join(tmpdir(), 'vigil-deliveries-'));
    const file = join(folder, 'deliveries.yaml');
    await writeFile(join(folder, 'key'), 'routing-key\n');
    await writeFile(
      file,
      `receivers:
  - { name: operations, kind: alertmanager, url: '${alertmanager.url}' }
  - { name: duty, kind: pagerduty, url: 'http://127.0.0.1:${port}/pd', routingKey: { file: '${folder}/key' } }
  - { name: desk, kind: webhook, url: 'http://127.0.0.1:${port}/desk', secrets: [{ env: DESK_SECRET }] }
  - { name: gone, kind: webhook, url: 'http://127.0.0.1:${nobody}/', secrets: [{ env: DESK_SECRET }] }
routes:
  - { receiver: operations }
  - { receiver: duty, phases: [breach] }
  - { receiver: desk }
  - { receiver: gone }
`,
    );
    environment = { ...room.environment, DELIVERIES_FILE: file, DESK_SECRET: secret };
    delivery = startService('delivery', environment);
    await started(delivery);
  });
  afterAll(async () => {
    await delivery?.stop();
    await room?.stop();
    await alertmanager?.stop();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  const sentTo = (path: string, incident: string) =>
    received.filter((one) => one.path === path && one.body.includes(`"${incident}`));
  const phasesAtDesk = (incident: string) =>
    sentTo('/desk', incident).map(({ body }) => webhookBody.parse(JSON.parse(body)).data.phase);

  async function activeIn(incident: string): Promise<boolean> {
    const answer = await fetch(`${alertmanager.url}/api/v2/alerts?active=true`);
    return (await answer.text()).includes(`"incident":"${incident}"`);
  }

  it('reach every receiver that can be reached, whoever else cannot', async () => {
    await room.create('NM-1', -60_000);
    await until(
      async () =>
        phasesAtDesk('NM-1').includes('breach') &&
        sentTo('/pd', 'NM-1').length > 0 &&
        (await activeIn('NM-1')),
      { what: 'the breach at all three', deadlineMs: 30_000, pollMs: 100 },
    );
    for (const { headers, body } of sentTo('/desk', 'NM-1')) {
      expect(new Webhook(secret).verify(body, headers)).toBeTruthy();
    }
    const events = sentTo('/pd', 'NM-1').map(({ body }) => pagerDutyEvent.parse(JSON.parse(body)));
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      ...{ routing_key: 'routing-key', event_action: 'trigger' },
      dedup_key: 'NM-1|child-priority-attendance',
    });
  });

  it('tell an Alertmanager that forgot', { timeout: 90_000 }, async () => {
    await alertmanager.kill();
    await alertmanager.restart();
    await until(() => activeIn('NM-1'), {
      what: 'the breach to be told again',
      deadlineMs: 60_000,
      pollMs: 250,
    });
  });

  it('end with the attendance', async () => {
    await room.attend('NM-1');
    await until(
      async () =>
        phasesAtDesk('NM-1').includes('cleared') &&
        sentTo('/pd', 'NM-1').some(({ body }) => body.includes('"resolve"')) &&
        !(await activeIn('NM-1')),
      { what: 'the end at all three', deadlineMs: 30_000, pollMs: 100 },
    );
    expect(phasesAtDesk('NM-1')).toEqual(['warning', 'breach', 'cleared']);
  });

  it('are tried again while a receiver fails, and stand in the dead letters when it refuses', async () => {
    answers.set('/desk', [503, 429, 202, 400]);
    await room.create('NM-2', -60_000);
    await until(() => sentTo('/pd', 'NM-2').length > 0 && answers.get('/desk')?.length === 0, {
      what: 'the answers to be given',
      deadlineMs: 30_000,
    });
    await until(
      async () => {
        const { stdout } = await vigil(['dead-letters', 'list'], environment);
        return stdout.includes('delivery-refused');
      },
      { what: 'the refused one in the dead letters', deadlineMs: 20_000, pollMs: 500 },
    );
    expect(phasesAtDesk('NM-2')).toEqual(['warning']);
  });

  it('go on where they stood after a crash, the same under the same key', async () => {
    delivery.process.kill('SIGKILL');
    await room.create('NM-3', -60_000);
    delivery = startService('delivery', environment);
    await started(delivery);
    await until(() => phasesAtDesk('NM-3').includes('breach'), {
      what: 'what was said meanwhile',
      deadlineMs: 60_000,
    });
    const keys = new Map<string, Set<string>>();
    for (const { path, headers, body } of received) {
      if (path !== '/desk') continue;
      const key = headers['webhook-id'] ?? '';
      keys.set(key, (keys.get(key) ?? new Set()).add(body));
    }
    expect([...keys.values()].every((bodies) => bodies.size === 1)).toBe(true);
  });
});
