/** Most licences ask that their text goes with every copy, and a bundle is a copy. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The texts of the licences of all packages that the modules come from.
 *
 * @throws Error when a package says neither in a file nor in its manifest what its licence is.
 */
export async function licencesOf(modules: readonly string[]): Promise<string> {
  const folders = new Set(
    modules.flatMap((id) => /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []),
  );
  const texts = await Promise.all([...folders].map(licenceOf));
  return texts.sort().join('\n\n');
}

async function licenceOf(folder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, version, license } = manifest as Record<string, unknown>;
  const file = (await readdir(folder)).find((one) => /^(licen[cs]e|copying)/i.test(one));
  if (file === undefined && typeof license !== 'string') {
    throw new Error(`${name} ${version} does not say what its licence is`);
  }
  const text = file === undefined ? String(license) : await readFile(join(folder, file), 'utf8');
  return `${name} ${version}\n\n${text.trim()}\n`;
}
