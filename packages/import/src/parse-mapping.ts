import { PolicyError } from '@vigil/domain/policy/policy-error';
import { type Keys, type PlainYaml, readPlainYaml } from '@vigil/domain/policy/yaml';
import { type Mapping, mappingDocument } from './mapping.ts';
import { MappingError } from './mapping-error.ts';
import { issuesInOurWords } from './words.ts';

/**
 * Reads a mapping from YAML 1.2 and checks all of it.
 *
 * @param name - what messages call it, usually the name of the file.
 * @throws MappingError with every problem found, each with its path and line.
 */
export function parseMapping(text: string, name: string): Mapping {
  const { value, lineOf } = readYaml(text, name);
  const parsed = mappingDocument.safeParse(value, { error: issuesInOurWords });
  if (parsed.success) return parsed.data;
  const found = parsed.error.issues.flatMap(({ path, message, ...issue }) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ keys: [...path, key], message }))
      : [{ keys: path, message }],
  );
  const problems = found.map(({ keys, message }) => ({
    path: formatPath(keys),
    line: lineOf(keys),
    message,
  }));
  throw new MappingError(name, problems);
}

function readYaml(text: string, name: string): PlainYaml {
  try {
    return readPlainYaml(text, name);
  } catch (error) {
    if (error instanceof PolicyError) throw new MappingError(name, error.problems);
    throw error;
  }
}

function formatPath(keys: Keys): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, '');
}
