package vigil.benchmark.rules;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Reads facts in Confluent's wire format with the schema they were written with. Asks the registry once
 * a schema. Not for several threads.
 */
public final class FactReader {
  private static final int HEAD_BYTES = 5;
  private static final Map<String, Fact.Type> TYPES = Map.of(
      "IncidentCreated", Fact.Type.CREATED,
      "IncidentReopened", Fact.Type.REOPENED,
      "IncidentUpdated", Fact.Type.UPDATED,
      "IncidentAllocated", Fact.Type.ALLOCATED,
      "CallerContacted", Fact.Type.CONTACTED,
      "OfficerAttended", Fact.Type.ATTENDED,
      "ChildSeen", Fact.Type.SEEN,
      "AttendanceAborted", Fact.Type.ABORTED,
      "IncidentClosed", Fact.Type.CLOSED,
      "FeedHeartbeat", Fact.Type.HEARTBEAT);

  private final String registry;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Integer, Shape> shapes = new HashMap<>();
  private BinaryDecoder decoder;

  public FactReader(String registry) {
    this.registry = registry;
  }

  /** @param id and source: the CloudEvents attributes of the record's headers */
  public Fact read(byte[] value, byte[] id, byte[] source) {
    try {
      if (value[0] != 0) throw new IllegalArgumentException("not in Confluent's wire format");
      int schema = (value[1] & 0xff) << 24 | (value[2] & 0xff) << 16 | (value[3] & 0xff) << 8 | value[4] & 0xff;
      var shape = shapes.get(schema);
      if (shape == null) shapes.put(schema, shape = new Shape(schemaOf(schema)));
      decoder = DecoderFactory.get().binaryDecoder(value, HEAD_BYTES, value.length - HEAD_BYTES, decoder);
      var fact = shape.read(decoder);
      fact.id = new String(id, StandardCharsets.UTF_8);
      fact.source = new String(source, StandardCharsets.UTF_8);
      return fact;
    } catch (IOException error) {
      throw new IllegalArgumentException("not the record that its schema says", error);
    }
  }

  private Schema schemaOf(int id) throws IOException {
    try {
      var request = HttpRequest.newBuilder(URI.create(registry + "/schemas/ids/" + id)).build();
      var response = http.send(request, HttpResponse.BodyHandlers.ofString());
      var text = new ObjectMapper().readTree(response.body()).path("schema").asText();
      return new Schema.Parser().parse(text);
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new IOException(error);
    }
  }

  /** Where the fields of one schema are; one record is used again and again. */
  private static final class Shape {
    private final Fact.Type type;
    private final GenericDatumReader<GenericRecord> reader;
    private final int incidentId, at, grade, reviewed, involvement, markers, age, incidentType, unitId;
    private GenericRecord record;

    Shape(Schema schema) {
      type = TYPES.get(schema.getName());
      if (type == null) throw new IllegalArgumentException(schema.getFullName() + " is no fact");
      for (var field : schema.getFields()) withStrings(field.schema());
      reader = new GenericDatumReader<>(schema);
      incidentId = position(schema, "incidentId");
      at = schema.getFields().stream()
          .filter(field -> field.name().equals("at") || field.name().endsWith("At"))
          .findFirst().orElseThrow().pos();
      grade = position(schema, "grade");
      reviewed = position(schema, "reviewed");
      involvement = position(schema, "childInvolvement");
      markers = position(schema, "childMarkers");
      age = position(schema, "youngestAge");
      incidentType = position(schema, "incidentType");
      unitId = position(schema, "unitId");
    }

    Fact read(BinaryDecoder decoder) throws IOException {
      record = reader.read(record, decoder);
      var fact = new Fact();
      fact.type = type;
      fact.at = (Long) record.get(at);
      if (type == Fact.Type.HEARTBEAT) return fact;
      fact.incidentId = (String) record.get(incidentId);
      var gradeText = (String) get(grade);
      if (gradeText != null) fact.grade = Fact.Grade.valueOf(gradeText.toUpperCase(Locale.ROOT));
      fact.reviewed = (Boolean) get(reviewed);
      var said = (String) get(involvement);
      if (said != null) {
        fact.involvement = Fact.Involvement.valueOf(said.toUpperCase(Locale.ROOT).replace('-', '_'));
      }
      if (get(markers) instanceof List<?> list) fact.marked = !list.isEmpty();
      fact.youngestAge = (Integer) get(age);
      fact.incidentType = (String) get(incidentType);
      fact.unitId = (String) get(unitId);
      return fact;
    }

    private Object get(int position) {
      return position < 0 ? null : record.get(position);
    }

    private static int position(Schema schema, String name) {
      var field = schema.getField(name);
      return field == null ? -1 : field.pos();
    }

    private static void withStrings(Schema schema) {
      switch (schema.getType()) {
        case STRING -> GenericData.setStringType(schema, GenericData.StringType.String);
        case UNION -> schema.getTypes().forEach(Shape::withStrings);
        case ARRAY -> withStrings(schema.getElementType());
        default -> { }
      }
    }
  }
}
