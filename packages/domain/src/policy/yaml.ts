import {
  Alias,
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
} from 'yaml';
import { PolicyError } from './policy-error.ts';

/** Characters of a policy file. A large one has some hundred targets of 300 characters each. */
const maxPolicyCharacters = 1_048_576;
/** How often an anchor may be used: enough to save typing, too few to be a bomb. */
const maxAliases = 100;

/** A path into a document: keys of maps and positions in lists. */
export type Keys = readonly PropertyKey[];

/** A YAML document as plain values, and where each of them stands. */
export interface PlainYaml {
  readonly value: unknown;
  /** The line, from 1, of the key that a path leads to, or of the innermost thing on the way there is. */
  lineOf(keys: Keys): number;
}

/**
 * Reads YAML 1.2, of which JSON is a part, and refuses what people could read in another way: unknown
 * tags, keys that stand twice, more than one document, the rules of YAML 1.1.
 *
 * @param name - what messages call the text.
 * @throws PolicyError with what is wrong.
 */
export function readPlainYaml(text: string, name: string): PlainYaml {
  if (text.length > maxPolicyCharacters) {
    throw refusal(name, `is longer than ${maxPolicyCharacters} characters`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    stringKeys: true,
    prettyErrors: false,
  });
  const wrong = [...document.errors, ...document.warnings];
  // Thousands of brackets in each other exhaust the stack of the parser, which says so.
  if (wrong.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) {
    throw refusal(name, 'is nested too deeply');
  }
  const problems = wrong.map(({ message, pos: [offset] }) => ({
    path: '',
    line: lines.linePos(offset).line,
    message: `is not plain YAML: ${message}`,
  }));
  if (problems.length > 0) throw new PolicyError(name, problems);
  if (document.directives.yaml.version !== '1.2') {
    throw refusal(
      name,
      'has a %YAML directive; remove it: a policy is YAML 1.2, where no is a word',
    );
  }
  const value = plainValue(document, name);
  return { value, lineOf: (keys) => lineOf(document, keys, lines) };
}

function plainValue(document: Document, name: string): unknown {
  try {
    const value: unknown = document.toJS({ maxAliasCount: maxAliases });
    // An anchor inside itself makes a value without an end, which this refuses.
    JSON.stringify(value);
    return value;
  } catch (error) {
    if (error instanceof ReferenceError || error instanceof TypeError) {
      throw refusal(name, `uses anchors more than ${maxAliases} times, or in a circle`);
    }
    throw error;
  }
}

function refusal(name: string, message: string): PolicyError {
  return new PolicyError(name, [{ path: '', line: 1, message }]);
}

/** The line of the key that a path leads to, or of the innermost thing on the way that is there. */
function lineOf(document: Document, keys: Keys, lines: LineCounter): number {
  let offset = document.contents?.range?.[0] ?? 0;
  let node: unknown = document.contents;
  for (const key of keys) {
    if (node instanceof Alias) node = node.resolve(document);
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (pair === undefined || !isScalar(pair.key)) break;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      node = node.get(key, true);
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    }
  }
  return lines.linePos(offset).line;
}
