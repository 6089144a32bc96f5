/** What can be known of the Dockerfile without Docker. */
import { readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../infra/docker/Dockerfile', import.meta.url), 'utf8');

it('is a Dockerfile that Docker would take, without a warning', () => {
  expect(validate(text)).toEqual([]);
});

it('pins what it begins with and what it installs, one Node for both stages', () => {
  const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  expect(bases).toHaveLength(2);
  expect(new Set(bases).size).toBe(1);
  expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-/);
  const installed = [...text.matchAll(/npm install --global .*?(\S+)$/gm)].map(([, name]) => name);
  expect(installed).toHaveLength(1);
  expect(installed[0]).toMatch(/^pnpm@\d+\.\d+\.\d+$/);
});

it('runs as a user without rights, who owns nothing of the image', () => {
  const last = text.slice(text.lastIndexOf('FROM '));
  expect(last).toMatch(/^USER node$/m);
  expect(last).toMatch(/^COPY --from=build --chown=root:root /m);
});
