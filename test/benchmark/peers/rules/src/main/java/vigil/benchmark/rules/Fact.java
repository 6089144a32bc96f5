package vigil.benchmark.rules;

import java.util.Comparator;

/** A fact, as much of it as the rules of the benchmark need. Public fields: Flink serialises it as a POJO. */
public final class Fact {
  /** In the order in which facts of one instant count as having happened; heartbeats belong to no incident. */
  public enum Type { CREATED, REOPENED, UPDATED, ALLOCATED, CONTACTED, ATTENDED, SEEN, ABORTED, CLOSED, HEARTBEAT }

  /** The more urgent the earlier; UNKNOWN is neither more nor less urgent than any. */
  public enum Grade { IMMEDIATE, PRIORITY, SCHEDULED, RESOLUTION, UNKNOWN }

  public enum Involvement { INVOLVED, NOT_INVOLVED, UNKNOWN }

  public static final Comparator<Fact> ORDER =
      Comparator.<Fact>comparingLong(fact -> fact.at)
          .thenComparing(fact -> fact.type)
          .thenComparing(fact -> fact.source)
          .thenComparing(fact -> fact.id);

  public String incidentId = "";
  public String source = "";
  public String id = "";
  public Type type = Type.HEARTBEAT;
  public long at;
  /** Null where the fact does not say; so are the others below. */
  public Grade grade;
  public Boolean reviewed;
  public Involvement involvement;
  /** Whether it names a marker; an empty list says that there is none. */
  public Boolean marked;
  public Integer youngestAge;
  public String incidentType;
  public String unitId;

  public boolean repeats(Fact other) {
    return id.equals(other.id) && source.equals(other.source);
  }
}
