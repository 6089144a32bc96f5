package vigil.benchmark.feeder;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records that were encoded before as fast as Kafka's own producer can, so that the sender is not
 * what is measured. Reads them into memory, says "ready", waits for a line, sends, says "sent".
 *
 *     java … Feeder BROKERS FILE TOPIC...
 *
 * The file's records: topic (a byte, its place among the arguments), partition (int, -1: by key),
 * timestamp (long), then key and value, each after its length (int), the number of headers (a byte)
 * and of each its name and value, each after its length (int).
 */
public final class Feeder {
  public static void main(String[] args) throws IOException {
    var topics = List.of(args).subList(2, args.length);
    var records = read(Path.of(args[1]), topics);
    Map<String, Object> config = Map.of(
        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0],
        ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class,
        ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class,
        ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024,
        ProducerConfig.LINGER_MS_CONFIG, 5,
        ProducerConfig.BUFFER_MEMORY_CONFIG, 64L << 20);
    try (var producer = new KafkaProducer<byte[], byte[]>(config)) {
      topics.forEach(producer::partitionsFor);
      System.out.println("ready");
      System.in.read();
      for (var record : records) {
        producer.send(record, (metadata, error) -> {
          if (error == null) return;
          System.err.println("a record could not be sent: " + error);
          Runtime.getRuntime().halt(1);
        });
      }
    }
    System.out.println("sent");
  }

  private static List<ProducerRecord<byte[], byte[]>> read(Path file, List<String> topics) throws IOException {
    var records = new ArrayList<ProducerRecord<byte[], byte[]>>();
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 20))) {
      while (true) {
        int topic = in.read();
        if (topic < 0) return records;
        int partition = in.readInt();
        long timestamp = in.readLong();
        var record = new ProducerRecord<>(
            topics.get(topic), partition < 0 ? null : partition, timestamp, bytes(in), bytes(in));
        for (int left = in.readByte(); left > 0; left--) {
          record.headers().add(new RecordHeader(new String(bytes(in)), bytes(in)));
        }
        records.add(record);
      }
    }
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    var bytes = new byte[in.readInt()];
    if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) throw new EOFException();
    return bytes;
  }
}
