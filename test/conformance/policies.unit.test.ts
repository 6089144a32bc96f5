import { readFileSync } from 'node:fs';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Policy } from '@vigil/domain/policy/policy';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (file: string): Policy => parsePolicy(readFileSync(new URL(file, root), 'utf8'), file);

describe('the policies that come with Vigil', () => {
  it.each(['infra/policy.yaml', 'test/conformance/policy.json'])('%s can be read', (file) => {
    expect(read(file).targets).toHaveLength(7);
  });

  it('say the same: the default is that of the worked examples', () => {
    const { targets, objectives } = read('test/conformance/policy.json');
    expect(read('infra/policy.yaml')).toMatchObject({ targets, objectives });
  });
});
