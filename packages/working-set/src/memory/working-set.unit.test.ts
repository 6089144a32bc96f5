import { describeWorkingSet } from '../../testing/conformance.ts';
import { createMemoryWorkingSet } from './working-set.ts';

describeWorkingSet('in memory', async () => ({
  workingSet: createMemoryWorkingSet(),
  deployment: 'memory',
}));
