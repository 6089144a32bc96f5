import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPage } from '../../../infra/toolchain/page.mjs';
import { started, startService } from '../../integration/vigil-process.ts';
import { type LocalKafka, startLocalKafka } from '../../servers/kafka.ts';
import { freePorts } from '../../servers/ports.ts';
import { type LocalRedis, startLocalRedis } from '../../servers/redis.ts';
import { describeWithLocal, realServers, testDeployment } from '../../servers/servers.ts';
import { until } from '../../servers/until.ts';
import { describeWithChromium, openBrowser } from '../chromium.ts';
import { openRoom, type Room } from './room.ts';

describeWithChromium('the control room’s page, when the log goes away', () => {
  describeWithLocal('kafka', 'with a broker of its own', () => {
    let kafka: LocalKafka;
    let room: Room;
    let browser: Browser;

    beforeAll(async () => {
      await buildPage(process.execPath);
      kafka = await startLocalKafka();
      room = await openRoom(
        { ...realServers(), kafkaBrokers: kafka.brokers },
        testDeployment('outage'),
      );
      browser = await openBrowser();
    }, 240_000);
    afterAll(async () => {
      await browser?.close();
      await room?.stop();
      await kafka?.stop();
    });

    it('says since when it is not current, and shows what happened when the log is back', {
      timeout: 240_000,
    }, async () => {
      const page = await browser.newPage();
      await page.goto(room.url);
      await room.create('NM-1', -60_000);
      const row = page.locator('[data-row^="NM-1|"]');
      await row.getByText('Overdue', { exact: true }).waitFor({ timeout: 30_000 });
      await kafka.kill();
      const stale = page.getByText(/Not current since \d\d:\d\d:\d\d/);
      await stale.waitFor({ timeout: 60_000 });
      // What was known stays to be read.
      expect(await row.count()).toBe(1);
      await kafka.restart();
      await stale.waitFor({ state: 'detached', timeout: 120_000 });
      await room.create('NM-2', -60_000);
      await page
        .locator('[data-row^="NM-2|"]')
        .getByText('Overdue', { exact: true })
        .waitFor({ timeout: 60_000 });
      await page.close();
    });

    it('connects again by itself when the server was away', { timeout: 120_000 }, async () => {
      const page = await browser.newPage();
      await page.goto(room.url);
      await page.getByText('Live', { exact: true }).waitFor();
      await room.replaceServer(() =>
        page.getByText(/Not current since/).waitFor({ timeout: 30_000 }),
      );
      await page.getByText('Live', { exact: true }).waitFor({ timeout: 30_000 });
      await page.close();
    });
  });

  describeWithLocal('redis', 'with a Redis of its own', () => {
    let redis: LocalRedis;
    let room: Room;
    let browser: Browser;

    beforeAll(async () => {
      await buildPage(process.execPath);
      redis = await startLocalRedis({ appendOnly: true });
      room = await openRoom({ ...realServers(), redisUrl: redis.url }, testDeployment('no-redis'));
      browser = await openBrowser();
    }, 120_000);
    afterAll(async () => {
      await browser?.close();
      await room?.stop();
      await redis?.stop();
    });

    it('says since when it is not current, and recovers alone', { timeout: 180_000 }, async () => {
      const page = await browser.newPage();
      await page.goto(room.url);
      await room.create('NM-1', -60_000);
      const row = page.locator('[data-row^="NM-1|"]');
      await row.getByText('Overdue', { exact: true }).waitFor({ timeout: 30_000 });
      await redis.kill();
      const stale = page.getByText(/Not current since \d\d:\d\d:\d\d/);
      await stale.waitFor({ timeout: 60_000 });
      expect(await row.count()).toBe(1);
      await redis.restart();
      await stale.waitFor({ state: 'detached', timeout: 60_000 });
      await room.create('NM-2', -60_000);
      const other = page.locator('[data-row^="NM-2|"]');
      await other.getByText('Overdue', { exact: true }).waitFor({ timeout: 60_000 });
      await page.close();
    });

    it('is the same at every instance', { timeout: 60_000 }, async () => {
      const [port = 0] = await freePorts(1);
      const other = startService('control-room', {
        ...room.environment,
        VIGIL_ROOM_PORT: String(port),
      });
      await started(other);
      const rowsAt = async (url: string): Promise<string> =>
        (await fetch(`${url}/api/queue`)).text();
      await until(
        async () => {
          const [here, there] = await Promise.all(
            [room.url, `http://127.0.0.1:${port}`].map(rowsAt),
          );
          return here === there && here?.includes('NM-2') === true;
        },
        { what: 'both instances to show the same', deadlineMs: 30_000, pollMs: 200 },
      );
      await other.stop();
    });
  });
});
