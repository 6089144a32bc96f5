/** What is in the image besides Node and its Debian, as CycloneDX. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../toolchain/here.mjs';
import { pnpm } from './pnpm.ts';

/** Packages whose manifest does not say what their licence is, and what the file in them says. */
const licences: Readonly<Record<string, string>> = {
  '@kafkajs/confluent-schema-registry': 'MIT',
};

const component = z.looseObject({
  group: z.string().optional(),
  name: z.string(),
  licenses: z.array(z.unknown()).optional(),
});
const bill = z.looseObject({ components: z.array(component) });

/**
 * Writes the bill of what the program and the control room's page are made of.
 *
 * @throws Error when a package does not say what its licence is.
 */
export async function writeSbom(file: string): Promise<void> {
  const made = ['@vigil/cli', '@vigil/control-room-page'].flatMap((one) => ['--filter', one]);
  await pnpm(
    ...made,
    ...['sbom', '--prod', '--sbom-format', 'cyclonedx', '--sbom-type', 'application'],
    ...['--out', file],
  );
  const { license: ours } = z
    .object({ license: z.string() })
    .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const written = bill.parse(JSON.parse(await readFile(file, 'utf8')));
  const components = written.components.map((one) => {
    if (one.licenses !== undefined && one.licenses.length > 0) return one;
    const name = one.group === undefined ? one.name : `${one.group}/${one.name}`;
    const id = one.group === '@vigil' ? ours : licences[name];
    if (id === undefined) throw new Error(`${name} does not say its licence: see its files`);
    return { ...one, licenses: [{ license: { id } }] };
  });
  await writeFile(file, JSON.stringify({ ...written, components }, undefined, 1));
}
