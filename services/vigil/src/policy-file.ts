import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Policy } from '@vigil/domain/policy/policy';

/** The policy that holds where none is named. */
const standardPolicy = new URL('../../../infra/policy.yaml', import.meta.url);

/** A policy that cannot be read as a file; one that can, but is no policy, is a `PolicyError`. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
}

/**
 * Reads a policy from a file, from standard input when it is `-`, or the standard one when none is named.
 *
 * @throws PolicyFileError when there is nothing to read.
 * @throws PolicyError when what was read is no policy.
 */
export async function readPolicyFile(path: string | undefined): Promise<Policy> {
  if (path === undefined) {
    return parsePolicy(await readFile(standardPolicy, 'utf8'), fileURLToPath(standardPolicy));
  }
  return parsePolicy(await contentOf(path), path);
}

async function contentOf(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const what = whatOf[String(code)] ?? 'the policy cannot be read';
    throw new PolicyFileError(`${path}: ${what}`, { cause });
  }
}

const whatOf: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such policy; name one with --policy, or leave it out for the standard one',
  ENOTDIR: 'there is no such policy; name one with --policy, or leave it out for the standard one',
  EISDIR: 'is a directory, not a policy',
  EACCES: 'the policy may not be read; check its permissions',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'the policy is not UTF-8; save it as UTF-8',
};
