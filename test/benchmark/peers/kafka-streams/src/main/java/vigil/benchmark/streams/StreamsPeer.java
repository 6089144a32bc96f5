package vigil.benchmark.streams;

import java.io.IOException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.Stores;
import vigil.benchmark.rules.Fact;
import vigil.benchmark.rules.FactReader;
import vigil.benchmark.rules.Incident;
import vigil.benchmark.rules.IncidentBytes;
import vigil.benchmark.rules.Policy;

/**
 * The benchmark's policy as a Kafka Streams application. Settings are environment variables, which
 * test/benchmark/contenders names.
 */
public final class StreamsPeer {
  static final String INCIDENTS = "incidents";
  static final String DUE = "due";

  public static void main(String[] args) throws IOException, InterruptedException {
    var env = System.getenv();
    var policy = Policy.read(env.get("POLICY"));
    var streams = new KafkaStreams(topology(env, policy), settings(env));
    streams.setUncaughtExceptionHandler(error -> {
      error.printStackTrace();
      return StreamThreadExceptionResponse.SHUTDOWN_APPLICATION;
    });
    var ended = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close();
      ended.countDown();
    }));
    streams.start();
    ended.await();
  }

  private static Topology topology(Map<String, String> env, Policy policy) {
    boolean rocks = env.get("STORE").equals("rocksdb");
    var incidents = Stores.keyValueStoreBuilder(
        rocks ? Stores.persistentKeyValueStore(INCIDENTS) : Stores.inMemoryKeyValueStore(INCIDENTS),
        Serdes.String(),
        Serdes.serdeFrom((topic, incident) -> IncidentBytes.write(incident), (topic, bytes) ->
            bytes == null ? null : IncidentBytes.read(bytes)));
    // Made anew from the incidents at the start, so that it needs no changelog.
    var due = Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(DUE), Serdes.Bytes(), Serdes.ByteArray())
        .withLoggingDisabled();
    return new Topology()
        .addSource("facts", new StringDeserializer(), new FactDeserializer(env.get("REGISTRY")),
            env.get("INPUT_TOPICS").split(","))
        .addProcessor("decide", () -> new IncidentProcessor(policy), "facts")
        .addStateStore(rocks ? incidents.withCachingEnabled() : incidents, "decide")
        .addStateStore(due, "decide")
        .addSink("alerts", env.get("ALERT_TOPIC"), new StringSerializer(), new ByteArraySerializer(), "decide");
  }

  private static Properties settings(Map<String, String> env) {
    var settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, env.get("APPLICATION_ID"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, env.get("KAFKA_BROKERS"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, env.get("STATE_DIRECTORY"));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, env.get("THREADS"));
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, env.get("GUARANTEE"));
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, env.get("COMMIT_INTERVAL_MS"));
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L << 20);
    settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    // Otherwise a silent stream holds the wall-clock punctuator back by up to 100 ms.
    settings.put(StreamsConfig.POLL_MS_CONFIG, 10);
    settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, false);
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
    // With less than a poll may bring, partitions are paused and asked for again all the time.
    settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 * 1024);
    return settings;
  }

  /** A reader of its own for each stream thread, which Streams makes a deserializer for. */
  private static final class FactDeserializer implements Deserializer<Fact> {
    private final String registry;
    private final ThreadLocal<FactReader> readers;

    FactDeserializer(String registry) {
      this.registry = registry;
      readers = ThreadLocal.withInitial(() -> new FactReader(this.registry));
    }

    @Override
    public Fact deserialize(String topic, byte[] value) {
      throw new UnsupportedOperationException("a fact has headers");
    }

    @Override
    public Fact deserialize(String topic, Headers headers, byte[] value) {
      return readers.get().read(
          value, headers.lastHeader("ce_id").value(), headers.lastHeader("ce_source").value());
    }
  }
}
