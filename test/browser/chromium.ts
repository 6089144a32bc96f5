/** Finds a Chromium for tests that look at pages as people see them. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const elsewhere = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * The first that can be run of: what `VIGIL_TEST_CHROMIUM` names, one on the PATH, one where macOS
 * keeps it, the one that Playwright downloaded.
 */
export async function findChromium(): Promise<string | undefined> {
  const { VIGIL_TEST_CHROMIUM: named, PATH = '' } = process.env;
  const onPath = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const candidates = [
    ...(named === undefined ? [] : [named]),
    ...onPath,
    ...elsewhere,
    chromium.executablePath(),
  ];
  for (const candidate of candidates) if (await canRun(candidate)) return candidate;
  return undefined;
}

async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const executablePath = await findChromium();

/**
 * A suite that needs a browser. Without one it is skipped and says so; under CI it runs, and fails.
 */
export function describeWithChromium(name: string, suite: () => void): void {
  if (executablePath === undefined && process.env['CI'] !== 'true') {
    console.warn(`SKIPPED, as no Chromium was found (set VIGIL_TEST_CHROMIUM to one): ${name}`);
    describe.skip(name, suite);
    return;
  }
  describe(name, suite);
}

/** @throws Error when there is no Chromium. */
export async function openBrowser(): Promise<Browser> {
  if (executablePath === undefined) {
    throw new Error('no Chromium was found: install one or set VIGIL_TEST_CHROMIUM to its path');
  }
  return chromium.launch({ executablePath });
}
