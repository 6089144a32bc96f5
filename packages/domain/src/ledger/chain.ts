/**
 * The hash chain of the ledger, one chain a partition of `attendance-alerts`.
 *
 * Each record carries its {@link Link} in the header `vigil-chain`. Its hash is the SHA-256 of the
 * canonical JSON (RFC 8785) of
 *
 *     {"key": …, "partition": …, "previous": …, "record": …, "sequence": …}
 *
 * where `record` is what the value says, read with the schema it was written with. So it does not
 * depend on the ids of a registry, and can be computed from an export by any program.
 */
import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** A SHA-256 in 64 lower-case hexadecimal digits. */
export type ChainHash = string & { readonly __brand: 'ChainHash' };

/** Where a chain ends: how many records it has, and the hash of the last. */
export interface ChainHead {
  readonly sequence: number;
  readonly hash: ChainHash;
}

/** A record's place in the chain: after `previous`, as number `sequence`, counted from 1. */
export interface Link extends ChainHead {
  readonly previous: ChainHash;
}

/** What a hash covers besides the place in the chain. */
export interface Linkable {
  readonly partition: number;
  /** The record's key in the log. */
  readonly key: string;
  /** The record of the ledger, as plain JSON. */
  readonly record: unknown;
}

/** The end of a chain without records. */
export const origin: ChainHead = { sequence: 0, hash: '0'.repeat(64) as ChainHash };

/** The header that carries a record's link. */
export const chainHeader = 'vigil-chain';

/**
 * The link of a record that follows `head`.
 *
 * @throws Error when the record has no canonical form: half a surrogate pair, or a number that is none.
 */
export function linkOf(head: ChainHead, { partition, key, record }: Linkable): Link {
  const [previous, sequence] = [head.hash, head.sequence + 1];
  const canonical = canonicalize({ key, partition, previous, record, sequence });
  return { sequence, previous, hash: hash('sha256', canonical ?? '', 'hex') as ChainHash };
}

/** A link as it stands in the header: its three parts with a space between. */
export function formatLink({ sequence, previous, hash }: Link): string {
  return `${sequence} ${previous} ${hash}`;
}

/** Reads a link from its header; none when the header is not there or is no link. */
export function parseLink(header: { toString(): string } | undefined): Link | undefined {
  const [, sequence, previous, hash] = linkText.exec(header?.toString() ?? '') ?? [];
  if (previous === undefined || hash === undefined) return undefined;
  return { sequence: Number(sequence), previous: previous as ChainHash, hash: hash as ChainHash };
}

const linkText = /^([1-9]\d{0,14}) ([0-9a-f]{64}) ([0-9a-f]{64})$/;
