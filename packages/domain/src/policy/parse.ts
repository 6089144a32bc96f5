import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { z } from 'zod';
import { parseDuration } from '../time/duration.ts';
import { closest } from './closest.ts';
import { defaults, withDefaults } from './defaults.ts';
import { knownKeys, type PolicyDocument, policyDocument } from './document.ts';
import type { Policy } from './policy.ts';
import { PolicyError } from './policy-error.ts';
import { type Keys, readPlainYaml } from './yaml.ts';

/**
 * Reads a policy from YAML 1.2, of which JSON is a part, and fills in the defaults of semantics 7.
 *
 * @param name - what messages call it, usually the name of the file.
 * @throws PolicyError with every problem found, each with its path and line.
 */
export function parsePolicy(text: string, name: string): Policy {
  const { value, lineOf } = readPlainYaml(text, name);
  const parsed = policyDocument.safeParse(value, { error: wordsFor });
  const found = parsed.success ? betweenEntries(parsed.data) : parsed.error.issues.flatMap(located);
  if (!parsed.success || found.length > 0) {
    const problems = found.map(({ keys, message }) => ({
      path: formatPath(keys),
      line: lineOf(keys),
      message,
    }));
    throw new PolicyError(name, problems);
  }
  return { policyVersion: versionOf(value), ...withDefaults(parsed.data) };
}

/** The first 12 hex digits of the SHA-256 of the document's canonical JSON, as it was written. */
function versionOf(document: unknown): string {
  return createHash('sha256')
    .update(canonicalize(document) ?? '')
    .digest('hex')
    .slice(0, 12);
}

interface Located {
  readonly keys: Keys;
  readonly message: string;
}

/** Our words for what zod finds; those that stand in the schema come first and are better. */
function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required';
      return `must be ${nounOf[issue.expected] ?? issue.expected}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      if (issue.input === undefined) return `is required: one of ${values.join(', ')}`;
      return `must be one of ${values.join(', ')}${didYouMean(issue.input, values)}`;
    }
    default:
      return undefined;
  }
}

const nounOf: Readonly<Record<string, string>> = {
  object: 'a map of keys and values',
  array: 'a list',
  string: 'text; put it in quotes if it is',
  number: 'a number',
};

function didYouMean(written: unknown, words: readonly string[]): string {
  const meant = typeof written === 'string' ? closest(written, words) : undefined;
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

function located(issue: z.core.$ZodIssue): Located[] {
  if (issue.code !== 'unrecognized_keys') return [{ keys: issue.path, message: issue.message }];
  const place = issue.path.filter((key) => typeof key === 'string').join('.');
  return issue.keys.map((key) => ({
    keys: [...issue.path, key],
    message: `is not a key that a policy has here${didYouMean(key, knownKeys.get(place) ?? [])}`,
  }));
}

/** What only two entries together can get wrong. */
function betweenEntries(document: PolicyDocument): Located[] {
  const { targets = [], objectives = [], feeds = [], retainFor } = document;
  const found = [
    ...repeats(targets.map(({ name }) => name)).map((i) => ({
      keys: ['targets', i, 'name'],
      message: 'is the name of another target',
    })),
    ...repeats(objectives.map(({ name }) => name)).map((i) => ({
      keys: ['objectives', i, 'name'],
      message: 'is the name of another objective',
    })),
    ...repeats(feeds.map(({ source }) => source)).map((i) => ({
      keys: ['feeds', i, 'source'],
      message: 'is a feed that is named already',
    })),
  ];
  if (targets.length === 0 && objectives.length === 0) {
    const message = 'names neither a target nor an objective: nothing would ever be said';
    found.push({ keys: [], message });
  }
  const kept = parseDuration(retainFor ?? defaults.retainFor) ?? 0;
  for (const [i, { windows }] of objectives.entries()) {
    const longest = windows.findIndex((window) => (parseDuration(window) ?? 0) > kept);
    if (longest === -1) continue;
    const message = `is longer than retainFor (${retainFor ?? `by default ${defaults.retainFor}`}): set retainFor to at least that`;
    found.push({ keys: ['objectives', i, 'windows', longest], message });
  }
  return found;
}

function repeats(names: readonly string[]): number[] {
  return [...names.keys()].filter((i) => names.indexOf(names[i] ?? '') < i);
}

function formatPath(keys: Keys): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, '');
}
