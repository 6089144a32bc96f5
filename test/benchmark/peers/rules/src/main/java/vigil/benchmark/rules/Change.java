package vigil.benchmark.rules;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;

/** What is published: an alert that exists now, or one that was said and should not have been. */
public final class Change {
  private static final ObjectWriter JSON = new ObjectMapper().writerFor(Change.class);

  public String kind = "";
  public String incidentId = "";
  public String target = "";
  public String phase = "";
  public long at;

  public Change() {}

  Change(String kind, String incidentId, Alert alert) {
    this.kind = kind;
    this.incidentId = incidentId;
    this.target = alert.target;
    this.phase = alert.phase;
    this.at = alert.at;
  }

  /** The breach of an incident that nobody attended since its creation. */
  public static Change breach(Fact created, Policy.Target target) {
    var alert = new Alert(target.name(), "breach", created.at + target.withinMs());
    return new Change("alert", created.incidentId, alert);
  }

  public byte[] json() {
    try {
      return JSON.writeValueAsBytes(this);
    } catch (JsonProcessingException error) {
      throw new IllegalStateException(error);
    }
  }
}
