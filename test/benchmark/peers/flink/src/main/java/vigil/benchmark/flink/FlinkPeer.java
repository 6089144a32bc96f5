package vigil.benchmark.flink;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import vigil.benchmark.rules.Change;
import vigil.benchmark.rules.Fact;
import vigil.benchmark.rules.Policy;

/**
 * The benchmark's policy as a Flink job in a cluster of this process. Settings are environment
 * variables, which test/benchmark/contenders names.
 */
public final class FlinkPeer {
  public static void main(String[] args) throws Exception {
    var env = System.getenv();
    var policy = Policy.read(env.get("POLICY"));
    var job = environment(env);
    var facts = job.fromSource(source(env), RecordTime.strategy(policy.graceMs()), "facts")
        .filter(fact -> fact.type != Fact.Type.HEARTBEAT);
    alerts(env, policy, facts).sinkTo(sink(env)).name("alerts");
    job.execute("attendance");
  }

  private static SingleOutputStreamOperator<Change> alerts(
      Map<String, String> env, Policy policy, DataStream<Fact> facts) {
    var incidents = facts.keyBy(fact -> fact.incidentId);
    return env.get("JOB").equals("cep")
        ? AttendancePattern.breaches(incidents, policy.targets().get(0))
        : incidents.process(new IncidentFunction(policy)).name("decide");
  }

  private static StreamExecutionEnvironment environment(Map<String, String> env) {
    var settings = new Configuration();
    settings.set(StateBackendOptions.STATE_BACKEND, env.get("STORE"));
    settings.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, env.get("STORE").equals("rocksdb"));
    settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    settings.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, "file://" + env.get("STATE_DIRECTORY"));
    settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL,
        Duration.ofMillis(Long.parseLong(env.get("CHECKPOINT_INTERVAL_MS"))));
    settings.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, exactlyOnce(env)
        ? CheckpointingMode.EXACTLY_ONCE : CheckpointingMode.AT_LEAST_ONCE);
    settings.set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(20));
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    // What cannot be serialised as a POJO would be by Kryo, slowly: rather fail.
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
    return StreamExecutionEnvironment.createLocalEnvironment(Integer.parseInt(env.get("THREADS")), settings);
  }

  private static KafkaSource<Fact> source(Map<String, String> env) {
    return KafkaSource.<Fact>builder()
        .setBootstrapServers(env.get("KAFKA_BROKERS"))
        .setGroupId(env.get("APPLICATION_ID"))
        .setTopics(List.of(env.get("INPUT_TOPICS").split(",")))
        .setStartingOffsets(OffsetsInitializer.earliest())
        .setProperty("max.poll.records", "5000")
        .setDeserializer(new FactDeserializer(env.get("REGISTRY")))
        .build();
  }

  private static KafkaSink<Change> sink(Map<String, String> env) {
    var topic = env.get("ALERT_TOPIC");
    KafkaRecordSerializationSchema<Change> serializer = (change, context, timestamp) -> new ProducerRecord<>(
        topic, change.incidentId.getBytes(StandardCharsets.UTF_8), change.json());
    return KafkaSink.<Change>builder()
        .setBootstrapServers(env.get("KAFKA_BROKERS"))
        .setRecordSerializer(serializer)
        .setDeliveryGuarantee(exactlyOnce(env) ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE)
        .setTransactionalIdPrefix(env.get("APPLICATION_ID"))
        // Below what brokers allow; Flink's own default is above.
        .setProperty(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, "600000")
        .setProperty(ProducerConfig.LINGER_MS_CONFIG, "5")
        .setProperty(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(128 * 1024))
        .build();
  }

  private static boolean exactlyOnce(Map<String, String> env) {
    return env.get("GUARANTEE").equals("exactly-once");
  }
}
