import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const dockerfile = new URL('../../infra/docker/Dockerfile', import.meta.url);

/** What Node is given to be Vigil, by the Dockerfile's entry point, for an image that stands in a folder. */
export async function entryPoint(image: string): Promise<string[]> {
  const entry = /^ENTRYPOINT (\[[^\]]*\])$/m.exec(await readFile(dockerfile, 'utf8'))?.[1];
  const [node, ...given] = z.array(z.string()).parse(JSON.parse(entry ?? '[]'));
  if (node !== 'node') throw new Error('the entry point of the Dockerfile is not a node');
  return given.map((one) => (one.startsWith('-') ? one : join(image, one)));
}
