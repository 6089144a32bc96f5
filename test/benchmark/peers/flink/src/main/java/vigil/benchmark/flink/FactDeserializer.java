package vigil.benchmark.flink;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import vigil.benchmark.rules.Fact;
import vigil.benchmark.rules.FactReader;

final class FactDeserializer implements KafkaRecordDeserializationSchema<Fact> {
  private final String registry;
  private transient FactReader reader;

  FactDeserializer(String registry) {
    this.registry = registry;
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<Fact> out) {
    if (reader == null) {
      reader = new FactReader(registry);
      System.out.println("consuming");
    }
    out.collect(reader.read(
        record.value(),
        record.headers().lastHeader("ce_id").value(),
        record.headers().lastHeader("ce_source").value()));
  }

  @Override
  public TypeInformation<Fact> getProducedType() {
    return TypeInformation.of(Fact.class);
  }
}
