import { realServers } from '@vigil/test/servers/servers';
import { describeEventLog } from '../conformance.ts';
import { openKafkaLog } from './log.ts';

describeEventLog('Kafka', async () => {
  const connection = { brokers: realServers().kafkaBrokers, clientId: 'event-log-test' };
  const admin = openKafkaLog({ connection });
  return {
    async createTopic(name, { partitions, compacted = false }) {
      const config = compacted ? { 'cleanup.policy': 'compact' } : {};
      await admin.ensureTopics([{ name, partitions, replicationFactor: 1, config }]);
    },
    open: async () => openKafkaLog({ connection }),
    stop: () => admin.close(),
  };
});
