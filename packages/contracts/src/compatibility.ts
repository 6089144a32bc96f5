import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import avro from 'avsc';

/** The texts of schemas by the name of their record. */
export type SchemaTexts = ReadonlyMap<string, string>;

/** The versions that were released, by release, as they are kept in `schemas/released`. */
export function releasedSchemas(): ReadonlyMap<string, SchemaTexts> {
  const folder = new URL('../released/', import.meta.resolve('@vigil/schemas/avro/alert.avsc'));
  const releases = readdirSync(folder).sort();
  return new Map(releases.map((release) => [release, readTexts(new URL(`${release}/`, folder))]));
}

function readTexts(folder: URL): SchemaTexts {
  const files = readdirSync(folder).filter((file) => file.endsWith('.avsc'));
  return new Map(
    files.map((file) => [
      file.slice(0, -'.avsc'.length),
      readFileSync(fileURLToPath(new URL(file, folder)), 'utf8'),
    ]),
  );
}

/**
 * What keeps the current schemas from being BACKWARD_TRANSITIVE: each must read what any released
 * version of it wrote, for facts and alerts are kept longer than a version is.
 *
 * @returns a line for each record and release that do not fit; none when all do.
 */
export function incompatibilities(
  current: SchemaTexts,
  released: ReadonlyMap<string, SchemaTexts>,
): readonly string[] {
  return [...released].flatMap(([release, schemas]) =>
    [...schemas].flatMap(([name, writer]) => {
      const reader = current.get(name);
      if (reader === undefined) return [`${name} of ${release}: no schema reads it any more`];
      const problem = readingProblem(reader, writer);
      return problem === undefined ? [] : [`${name} of ${release}: ${problem}`];
    }),
  );
}

function readingProblem(reader: string, writer: string): string | undefined {
  const [to, from] = [reader, writer].map((text) => avro.Type.forSchema(JSON.parse(text)));
  if (to === undefined || from === undefined || to.name !== from.name) {
    return `the record was ${from?.name}, and is ${to?.name}`;
  }
  try {
    to.createResolver(from);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
