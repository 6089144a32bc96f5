import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildPage } from '../../../infra/toolchain/page.mjs';
import { type LedgerReader, readLedger } from '../../integration/ledger-reader.ts';
import { describeWithServers, testDeployment } from '../../servers/servers.ts';
import { until } from '../../servers/until.ts';
import { describeWithChromium, openBrowser } from '../chromium.ts';
import { openRoom, type Room } from './room.ts';

describeWithChromium('the control room’s page', () => {
  describeWithServers('on real servers', (servers) => {
    let room: Room;
    let ledger: LedgerReader;
    let browser: Browser;

    beforeAll(async () => {
      await buildPage(process.execPath);
      room = await openRoom(servers, testDeployment('page'));
      ledger = await readLedger(servers, room.codec, 'page-test');
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      await ledger?.stop();
      await room?.stop();
    });

    /** A window of its own, as on another desk; what goes wrong in the page fails the test. */
    async function openWindow(
      search = '',
      options: BrowserContextOptions = { viewport: { width: 1280, height: 800 } },
    ): Promise<Page> {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      page.on('pageerror', (error) => {
        throw error;
      });
      await page.goto(`${room.url}/${search}`);
      await page.getByText('Live', { exact: true }).waitFor();
      return page;
    }

    function rowOf(page: Page, incident: string): Locator {
      return page.locator(`[data-row="${incident}|child-priority-attendance"]`);
    }

    it('shows a breach within a second of its record, and counts', async () => {
      const page = await openWindow();
      await room.create('NM-1', 2_500);
      const row = rowOf(page, 'NM-1');
      await row.getByText('Due soon').waitFor();
      await until(
        () => ledger.records.some((one) => one.kind === 'alert' && one.phase === 'breach'),
        { what: 'the record of the breach', deadlineMs: 20_000 },
      );
      await row.getByText('Overdue', { exact: true }).waitFor({ timeout: 1_000 });
      await row.getByText('Needs an answer').waitFor({ timeout: 1_000 });
      const digits = () => row.locator('.due [aria-hidden]').textContent();
      const shown = await digits();
      await until(async () => (await digits()) !== shown, {
        what: 'the next second to show',
        deadlineMs: 3_000,
      });
      await page.context().close();
    });

    it('shows in one window what is acknowledged in another, and brings it back when that lapses', async () => {
      const [here, there] = [await openWindow(), await openWindow()];
      await rowOf(here, 'NM-1').getByRole('button', { name: 'Acknowledge' }).click();
      await here.getByRole('textbox').fill('NM21 is on its way');
      await here.keyboard.press('Enter');
      await rowOf(there, 'NM-1').getByText('Acknowledged').waitFor({ timeout: 5_000 });
      await rowOf(there, 'NM-1').click();
      await there.getByText('“NM21 is on its way”').waitFor();
      await rowOf(there, 'NM-1').getByText('Needs an answer').waitFor({ timeout: 10_000 });
      await here.context().close();
      await there.context().close();
    });

    it('is silenced with a reason, and says until when', async () => {
      const page = await openWindow('?incident=NM-1');
      await page.getByRole('button', { name: 'Silence' }).click();
      await page.getByLabel('10 min').check();
      await page.getByRole('textbox').fill('The school has the child');
      await page.getByRole('button', { name: 'Silence for 10 min' }).click();
      await rowOf(page, 'NM-1').getByText('Silenced').waitFor({ timeout: 5_000 });
      await page.getByText('The school has the child').first().waitFor();
      await page.context().close();
    });

    it('keeps a breach in sight that is attended until somebody acknowledges it', async () => {
      const page = await openWindow();
      await room.create('NM-2', -60_000);
      await rowOf(page, 'NM-2').getByText('Overdue', { exact: true }).waitFor({ timeout: 10_000 });
      await room.attend('NM-2');
      await rowOf(page, 'NM-2').getByText('Ended: attended').waitFor({ timeout: 10_000 });
      await rowOf(page, 'NM-2').getByRole('button', { name: 'Acknowledge' }).click();
      await page.keyboard.press('Enter');
      await page.mouse.move(5, 5);
      await rowOf(page, 'NM-2').waitFor({ state: 'detached', timeout: 10_000 });
      await page.context().close();
    });

    it('keeps a row under the hand where it is when a worse one comes', async () => {
      const page = await openWindow();
      await room.create('NM-3', 30 * 60_000);
      await rowOf(page, 'NM-3').waitFor();
      await rowOf(page, 'NM-3').focus();
      const before = await rowOf(page, 'NM-3').boundingBox();
      await room.create('NM-4', -3 * 3_600_000);
      await page.getByText('further up').waitFor({ timeout: 10_000 });
      expect((await rowOf(page, 'NM-3').boundingBox())?.y).toBe(before?.y);
      await page.getByText('further up').click();
      await rowOf(page, 'NM-4').waitFor();
      await page.context().close();
    });

    it('keeps filters and the open story in the address, and the back button goes back', async () => {
      await room.create('NM-5', 20 * 60_000, 'fells');
      const page = await openWindow();
      await rowOf(page, 'NM-5').waitFor();
      await page.getByLabel('Area').selectOption('fells');
      await rowOf(page, 'NM-3').waitFor({ state: 'detached' });
      await rowOf(page, 'NM-5').click();
      await page.getByRole('heading', { name: 'NM-5' }).waitFor();
      expect(new URL(page.url()).search).toBe('?area=fells&incident=NM-5');
      await page.reload();
      await page.getByRole('heading', { name: 'NM-5' }).waitFor();
      await page.goBack();
      await page.goBack();
      await rowOf(page, 'NM-3').waitFor();
      expect(new URL(page.url()).search).toBe('');
      await page.context().close();
    });

    it('can be worked without a mouse', async () => {
      const page = await openWindow();
      const keys = page.keyboard;
      await rowOf(page, 'NM-4').waitFor();
      await keys.press('j');
      const focused = () => page.evaluate<string>('document.activeElement.dataset.row ?? ""');
      await until(async () => (await focused()) !== '', { what: 'a row', deadlineMs: 2_000 });
      await keys.press('Home');
      const worst = await focused();
      await keys.press('Enter');
      await page.locator('#story-title:focus').waitFor();
      await keys.press('Escape');
      await until(async () => (await focused()) === worst, {
        what: 'the focus to come back',
        deadlineMs: 2_000,
      });
      await keys.press('s');
      await page.getByRole('dialog').waitFor();
      await keys.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await keys.press('a');
      await page.getByRole('dialog').waitFor();
      await keys.type('seen by desk 3');
      await keys.press('Enter');
      await page.getByText('Acknowledged').first().waitFor();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await keys.press('/');
      await page.locator('#filter-text:focus').waitFor();
      await keys.type('NM-5');
      await rowOf(page, 'NM-4').waitFor({ state: 'detached' });
      await page.locator('body').press('?');
      await page.context().close();
    });

    it('says what the sound does, and is silent until it is switched on', async () => {
      const page = await openWindow();
      const sound = page.getByRole('switch', { name: 'Sound' });
      expect(await sound.getAttribute('aria-checked')).toBe('false');
      expect(await page.title()).not.toMatch(/^\(/);
      await sound.click();
      await until(async () => /^\(\d+\)/.test(await page.title()), {
        what: 'the count in the title',
        deadlineMs: 5_000,
      });
      await page.reload();
      await page.locator('[role="switch"][aria-checked="true"]').waitFor();
      await page.context().close();
    });

    const looks = [
      { colorScheme: 'light', viewport: { width: 1280, height: 800 } },
      { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
      { colorScheme: 'light', viewport: { width: 390, height: 844 } },
      { colorScheme: 'dark', viewport: { width: 390, height: 844 } },
    ] as const;
    const searches = ['', '?incident=NM-4', '?view=figures', '?view=notices', '?text=nothing'];

    it.each(looks)('is accessible in $colorScheme at $viewport.width px', async (look) => {
      // The rules' own script is not the page's: the policy is asked to look away for it.
      const page = await openWindow('', { ...look, bypassCSP: true });
      for (const search of searches) {
        await page.goto(`${room.url}/${search}`);
        await page.getByText('Live', { exact: true }).waitFor();
        expect(await violations(page), search).toEqual([]);
        expect(
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
          `${search} fits its width`,
        ).toBe(true);
      }
      await page.locator('body').press('?');
      await page.getByRole('dialog').waitFor();
      expect(await violations(page), 'help').toEqual([]);
      await page.context().close();
    });

    it('holds under a content security policy without inline code', async () => {
      const response = await fetch(room.url);
      const csp = response.headers.get('content-security-policy') ?? '';
      expect(csp).toContain("script-src 'self'");
      expect(csp).not.toContain('unsafe');
      const page = await browser.newPage();
      const refused: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') refused.push(message.text());
      });
      await page.goto(`${room.url}/?view=figures`);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('heading', { name: 'The alarms themselves' }).waitFor();
      expect(refused).toEqual([]);
      await page.close();
    });
  });
});

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<axe.AxeResults>('axe.run()');
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`,
  );
}
