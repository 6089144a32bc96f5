package vigil.benchmark.rules;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/** Reads facts as CloudEvents in JSON, a line each, token by token: nothing is built that the rules do not need. */
public final class EventReader {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Map<String, Fact.Type> TYPES = Map.of(
      "incident-created", Fact.Type.CREATED,
      "incident-reopened", Fact.Type.REOPENED,
      "incident-updated", Fact.Type.UPDATED,
      "incident-allocated", Fact.Type.ALLOCATED,
      "caller-contacted", Fact.Type.CONTACTED,
      "officer-attended", Fact.Type.ATTENDED,
      "child-seen", Fact.Type.SEEN,
      "attendance-aborted", Fact.Type.ABORTED,
      "incident-closed", Fact.Type.CLOSED,
      "feed-heartbeat", Fact.Type.HEARTBEAT);

  private EventReader() {}

  public static Fact read(String line) throws IOException {
    var fact = new Fact();
    try (var parser = JSON.createParser(line)) {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        parser.nextToken();
        switch (name) {
          case "id" -> fact.id = parser.getText();
          case "source" -> fact.source = parser.getText();
          case "type" -> fact.type = TYPES.get(parser.getText());
          case "data" -> readData(parser, fact);
          default -> parser.skipChildren();
        }
      }
    }
    if (fact.type == null) throw new IOException("no fact: " + line);
    return fact;
  }

  private static void readData(JsonParser parser, Fact fact) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      var name = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_NULL) continue;
      switch (name) {
        case "incidentId" -> fact.incidentId = parser.getText();
        case "grade" -> fact.grade = Fact.Grade.valueOf(parser.getText().toUpperCase(Locale.ROOT));
        case "reviewed" -> fact.reviewed = parser.getBooleanValue();
        case "childInvolvement" -> fact.involvement =
            Fact.Involvement.valueOf(parser.getText().toUpperCase(Locale.ROOT).replace('-', '_'));
        case "youngestAge" -> fact.youngestAge = parser.getIntValue();
        case "incidentType" -> fact.incidentType = parser.getText();
        case "unitId" -> fact.unitId = parser.getText();
        case "childMarkers" -> {
          fact.marked = parser.nextToken() != JsonToken.END_ARRAY;
          while (parser.currentToken() != JsonToken.END_ARRAY) parser.nextToken();
        }
        default -> {
          if (name.equals("at") || name.endsWith("At")) fact.at = Instant.parse(parser.getText()).toEpochMilli();
          else parser.skipChildren();
        }
      }
    }
  }
}
