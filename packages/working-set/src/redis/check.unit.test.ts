import { expect, it } from 'vitest';
import { findingsOf } from './check.ts';

const fit = {
  redis_version: '7.0.15',
  maxmemory_policy: 'noeviction',
  cluster_enabled: '0',
  role: 'master',
  aof_enabled: '1',
};
const codes = (fields: Readonly<Record<string, string>>, asCluster = false) =>
  findingsOf(new Map(Object.entries({ ...fit, ...fields })), asCluster).map(({ code }) => code);

it('takes Redis from 6.2 on', () => {
  expect(codes({ redis_version: '6.0.16' })).toEqual(['VIGIL_REDIS_TOO_OLD']);
  expect(codes({ redis_version: '5.9.9' })).toEqual(['VIGIL_REDIS_TOO_OLD']);
  expect(codes({ redis_version: '6.2.0' })).toEqual([]);
  expect(codes({ redis_version: '10.0.1' })).toEqual([]);
});

it('says that one cannot save', () => {
  expect(codes({ rdb_last_bgsave_status: 'err' })).toEqual(['VIGIL_REDIS_CANNOT_SAVE']);
  expect(codes({ rdb_last_bgsave_status: 'ok', aof_last_write_status: 'ok' })).toEqual([]);
});

it('says that one is a node of a cluster, unless it was opened as one', () => {
  expect(codes({ cluster_enabled: '1' })).toEqual(['VIGIL_REDIS_IS_CLUSTER']);
  expect(codes({ cluster_enabled: '1' }, true)).toEqual([]);
});
