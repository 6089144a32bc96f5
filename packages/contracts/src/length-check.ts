import { isUtf8 } from 'node:buffer';
import avro, { type Type } from 'avsc';

/** Whether a body is as its schema says, in what avsc believes unseen. */
export type BodyCheck = (body: Buffer) => boolean;

/**
 * Makes a check of what avsc believes unseen: the count before a list. It reads as many elements as
 * the count says, past the end of the bytes too, so that a damaged count of a few bytes would fill
 * the memory, and again after each restart. No element outside a list can repeat, so that a type
 * without lists needs no check.
 *
 * The check goes through the bytes once, only forward, and never takes longer than they are long.
 *
 * @param written - the type that the bytes were written with.
 * @returns `undefined` when the type has no lists.
 */
export function lengthCheckOf(written: Type): BodyCheck | undefined {
  const known = new Map<Type, Skip>();
  const skip = skipOf(written, { known, text: skipCounted });
  const hasLists = [...known.keys()].some(
    (type) => type instanceof avro.types.ArrayType || type instanceof avro.types.MapType,
  );
  if (!hasLists) return undefined;
  return (body) => skip(body, 0) === body.length;
}

/**
 * Makes a check that every text of a body is UTF-8. What is not, avsc reads as replacement characters,
 * and two identifiers become one.
 */
export function textCheckOf(written: Type): BodyCheck {
  const skip = skipOf(written, { known: new Map(), text: skipText });
  return (body) => skip(body, 0) !== nowhere;
}

/** Where the value that begins at `position` ends; {@link nowhere} when it does not fit. */
type Skip = (body: Buffer, position: number) => number;

const nowhere = -1;

interface Making {
  readonly known: Map<Type, Skip>;
  /** What goes over a text. */
  readonly text: Skip;
}

function skipOf(type: Type, making: Making): Skip {
  const { known } = making;
  const before = known.get(type);
  if (before !== undefined) return before;
  // A type may contain itself: whoever meets it again while it is being made goes through this.
  let made: Skip | undefined;
  const skip: Skip = (body, position) => made?.(body, position) ?? nowhere;
  known.set(type, skip);
  made = makeSkip(type, making);
  known.set(type, made);
  return made;
}

function makeSkip(type: Type, making: Making): Skip {
  const { types } = avro;
  if (type instanceof types.RecordType)
    return all(type.fields.map((one) => skipOf(one.type, making)));
  if (type instanceof types.ArrayType) return blocksOf(skipOf(type.itemsType, making));
  if (type instanceof types.MapType) {
    const values: Type = type.valuesType;
    return blocksOf(all([making.text, skipOf(values, making)]));
  }
  if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType) {
    return branchOf(type.types.map((one) => skipOf(one, making)));
  }
  if (type instanceof types.LogicalType) return skipOf(type.underlyingType, making);
  if (type instanceof types.FixedType) return bytes(type.size);
  switch (type.typeName) {
    case 'null':
      return bytes(0);
    case 'boolean':
      return bytes(1);
    case 'float':
      return bytes(4);
    case 'double':
      return bytes(8);
    case 'string':
      return making.text;
    case 'bytes':
      return skipCounted;
    default:
      // int, long and enum; avsc knows no others.
      return (body, position) => readLong(body, position)?.end ?? nowhere;
  }
}

const bytes =
  (count: number): Skip =>
  (body, position) =>
    position + count <= body.length ? position + count : nowhere;

const all =
  (skips: readonly Skip[]): Skip =>
  (body, position) => {
    let at = position;
    for (const skip of skips) {
      at = skip(body, at);
      if (at === nowhere) return nowhere;
    }
    return at;
  };

const branchOf =
  (branches: readonly Skip[]): Skip =>
  (body, position) => {
    const index = readLong(body, position);
    const branch = index === undefined ? undefined : branches[index.value];
    return index === undefined || branch === undefined ? nowhere : branch(body, index.end);
  };

/** Text or bytes: a length and that many bytes. */
const skipCounted: Skip = (body, position) => {
  const length = readLong(body, position);
  if (length === undefined || length.value < 0) return nowhere;
  return length.end + length.value <= body.length ? length.end + length.value : nowhere;
};

const skipText: Skip = (body, position) => {
  const end = skipCounted(body, position);
  const begin = readLong(body, position)?.end ?? end;
  return end === nowhere || isUtf8(body.subarray(begin, end)) ? end : nowhere;
};

/**
 * Blocks of elements, up to one of none; a negative count is followed by the block's size in bytes,
 * which must be true, for a reader may jump by it. Elements that take no bytes could be counted
 * without end: of these too there may be no more than the body has bytes.
 */
const blocksOf =
  (element: Skip): Skip =>
  (body, position) => {
    let at = position;
    for (let elements = 0; ; ) {
      const block = readBlock(body, at);
      if (block === undefined) return nowhere;
      at = block.begin;
      if (block.count === 0) return at;
      elements += block.count;
      if (elements > body.length) return nowhere;
      for (let left = block.count; left > 0; left--) {
        at = element(body, at);
        if (at === nowhere) return nowhere;
      }
      if (block.size !== undefined && at !== block.begin + block.size) return nowhere;
    }
  };

interface Block {
  readonly count: number;
  readonly begin: number;
  readonly size?: number;
}

function readBlock(body: Buffer, position: number): Block | undefined {
  const count = readLong(body, position);
  if (count === undefined || count.value >= 0) {
    return count && { count: count.value, begin: count.end };
  }
  const size = readLong(body, count.end);
  return size && { count: -count.value, begin: size.end, size: size.value };
}

/** A zigzag number of 1 to 10 bytes; beyond 2^53 it is near enough for a count, which it is too large for. */
function readLong(
  body: Buffer,
  position: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  let scale = 1;
  for (let end = position; end < position + 10; scale *= 128) {
    const byte = body[end++];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value: value % 2 === 0 ? value / 2 : -(value + 1) / 2, end };
  }
  return undefined;
}
