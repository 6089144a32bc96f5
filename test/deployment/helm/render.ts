import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { helmJars } from '../../servers/jars.ts';
import { findJava } from '../../servers/java.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('Render.java', import.meta.url));
const hook = 'helm.sh/hook';

/** The chart of this project. */
export const chart = fileURLToPath(new URL('../../../infra/helm/vigil', import.meta.url));

const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type KubernetesObject = z.infer<typeof kubernetesObject>;

/** What came of a chart and values: objects, or a refusal and none. */
export interface Rendered {
  readonly objects: readonly KubernetesObject[];
  readonly refusal: string | undefined;
}

/**
 * Renders the chart with Helm, once for each set of values, by the names given. Hooks are among the
 * objects, which `helm template` as a library leaves out: it is given a copy that calls them otherwise.
 * @param kubernetes the version of the cluster that each is rendered for.
 */
export async function render<Name extends string>(
  cases: Readonly<Record<Name, unknown>>,
  kubernetes: (name: Name) => string,
): Promise<Record<Name, Rendered>> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-helm-'));
  try {
    const copy = join(folder, 'chart');
    await cp(chart, copy, { recursive: true, dereference: true });
    for (const name of await readdir(join(copy, 'templates'))) {
      const path = join(copy, 'templates', name);
      await writeFile(path, (await readFile(path, 'utf8')).replaceAll(hook, 'vigil/hook'));
    }
    const names = Object.keys(cases) as Name[];
    const files = names.map((name) => join(folder, `${name}.yaml`));
    await Promise.all(names.map((name, at) => writeFile(files[at] ?? '', stringify(cases[name]))));
    const jars = join(await helmJars(), '*');
    const each = names.flatMap((name, at) => [kubernetes(name), files[at] ?? '']);
    // Java before 18 takes the encoding from the environment, which may name none.
    const utf8 = ['-Dfile.encoding=UTF-8', '-Djna.encoding=UTF-8'];
    await run(await findJava(17), [...utf8, '-cp', jars, program, copy, ...each]);
    const rendered = files.map(async (file): Promise<Rendered> => {
      const objects = await contentOf(`${file}.objects`);
      const refusal = await contentOf(`${file}.refusal`);
      if (objects === undefined) return { objects: [], refusal: refusal ?? 'it wrote nothing' };
      return { objects: objectsIn(objects), refusal };
    });
    const all = await Promise.all(rendered);
    return Object.fromEntries(names.map((name, at) => [name, all[at]])) as Record<Name, Rendered>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Kubernetes reads YAML 1.1: `0440` is octal there, and `yes` is true. */
function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    return object === null ? [] : [kubernetesObject.parse(object)];
  });
}

async function contentOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
