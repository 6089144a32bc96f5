import { policyJsonSchema } from '@vigil/domain/policy/document';
import { expect, it } from 'vitest';

it('gives editors the schema that policies are checked with', async () => {
  // After a change: `vitest run --project unit test/conformance/policy-schema -u`.
  await expect(asBiomeFormats(policyJsonSchema())).toMatchFileSnapshot(
    '../../schemas/policy.schema.json',
  );
});

/** JSON with the lists that fit in a line of 100 characters on one line, as the formatter has them. */
function asBiomeFormats(value: object): string {
  const oneLine = (whole: string, indent: string, key: string, entries: string): string => {
    const line = `${indent}${key}[${entries.trim().replaceAll(/\s*\n\s*/g, ' ')}]`;
    return line.length < 100 ? line : whole;
  };
  const text = JSON.stringify(value, undefined, 2);
  return `${text.replaceAll(/^( *)("[^"]+": )\[([^[\]{}]*)\]/gm, oneLine)}\n`;
}
