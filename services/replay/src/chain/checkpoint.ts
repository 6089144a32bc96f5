/**
 * Checkpoints: where the chains of a ledger ended at an instant, signed with Ed25519 and kept where who
 * writes the ledger cannot change them. The signature is over the canonical JSON (RFC 8785) of the file
 * without its `signature`, so jq and openssl can check it too.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { type ChainHash, origin } from '@vigil/domain/ledger/chain';
import type { PartitionVerdict, SignedHead } from '@vigil/domain/ledger/verify-chain';
import { formatInstant, type Instant, parseInstant } from '@vigil/domain/time/instant';
import canonicalize from 'canonicalize';
import { z } from 'zod';

/** A checkpoint or a key that cannot be used; the message says what to do. */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly code: 'not-a-checkpoint' | 'not-a-key' | 'signature-wrong';

  constructor(code: CheckpointError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Where the chains of a ledger ended. */
export interface Checkpoint {
  /** The topic or the export it was taken of, for people: a copy may have another name. */
  readonly ledger: string;
  readonly takenAt: Instant;
  /** By partition; of one whose chain has no record yet the sequence is 0. */
  readonly heads: readonly (SignedHead & { readonly offset?: string | undefined })[];
}

const checkpointFile = z.strictObject({
  type: z.literal('vigil-ledger-checkpoint'),
  version: z.literal(1),
  ledger: z.string(),
  takenAt: z.string().transform((text, context): Instant => {
    const instant = parseInstant(text);
    if (typeof instant === 'number') return instant;
    context.addIssue(instant.problem);
    return z.NEVER;
  }),
  partitions: z.array(
    z.strictObject({
      partition: z.int().nonnegative(),
      records: z.int().nonnegative(),
      offset: z.string().optional(),
      hash: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .transform((text) => text as ChainHash),
    }),
  ),
  signature: z.base64(),
});

/** The checkpoint of chains that were found whole. */
export function checkpointOf(
  ledger: string,
  takenAt: Instant,
  verdicts: readonly Pick<PartitionVerdict, 'partition' | 'head'>[],
): Checkpoint {
  const heads = verdicts.map(({ partition, head = origin }) => ({ partition, ...head }));
  return { ledger, takenAt, heads };
}

/**
 * The file of a checkpoint, signed.
 *
 * @param privateKey - PEM of an Ed25519 key, as `openssl genpkey -algorithm ed25519` writes it.
 * @throws CheckpointError `not-a-key`.
 */
export function signCheckpoint(
  { ledger, takenAt, heads }: Checkpoint,
  privateKey: string | Buffer,
): string {
  const key = ed25519(privateKey, createPrivateKey);
  const body = {
    type: 'vigil-ledger-checkpoint',
    version: 1,
    ledger,
    takenAt: formatInstant(takenAt),
    partitions: heads.map(({ partition, sequence: records, offset, hash }) => ({
      ...{ partition, records, hash },
      ...(offset === undefined ? {} : { offset }),
    })),
  };
  const signature = sign(null, canonical(body), key).toString('base64');
  return `${JSON.stringify({ ...body, signature }, null, 2)}\n`;
}

/**
 * Reads a checkpoint and checks its signature.
 *
 * @param publicKey - PEM of the Ed25519 key; that of the private key does as well.
 * @throws CheckpointError when the text is no checkpoint, or was not signed with that key.
 */
export function openCheckpoint(text: string, publicKey: string | Buffer): Checkpoint {
  const key = ed25519(publicKey, createPublicKey);
  const json = jsonOf(text);
  const parsed = checkpointFile.safeParse(json);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'the whole');
    throw new CheckpointError(
      'not-a-checkpoint',
      `This is no checkpoint of a ledger: ${[...new Set(fields)].join(', ')} is not as it should be.`,
    );
  }
  const { signature, ledger, takenAt, partitions } = parsed.data;
  const body = { ...(json as object), signature: undefined };
  if (!verify(null, canonical(body), key, Buffer.from(signature, 'base64'))) {
    throw new CheckpointError(
      'signature-wrong',
      'The checkpoint was not signed with this key, or was changed since. Get both again from where they are kept.',
    );
  }
  return {
    ledger,
    takenAt,
    heads: partitions.map(({ records, ...head }) => ({ ...head, sequence: records })),
  };
}

const canonical = (body: object): Buffer => Buffer.from(canonicalize(body) ?? '');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CheckpointError('not-a-checkpoint', 'This is no checkpoint of a ledger: not JSON.');
  }
}

function ed25519(pem: string | Buffer, read: (pem: string | Buffer) => KeyObject): KeyObject {
  const make = 'Make one with "openssl genpkey -algorithm ed25519".';
  let key: KeyObject;
  try {
    key = read(pem);
  } catch (cause) {
    throw new CheckpointError('not-a-key', `This is no key in PEM. ${make}`, { cause });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new CheckpointError('not-a-key', `The key is not of Ed25519. ${make}`);
}
