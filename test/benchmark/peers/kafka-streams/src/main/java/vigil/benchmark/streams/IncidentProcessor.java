package vigil.benchmark.streams;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import vigil.benchmark.rules.Change;
import vigil.benchmark.rules.Fact;
import vigil.benchmark.rules.Incident;
import vigil.benchmark.rules.Policy;

/**
 * Keeps the facts of each incident and decides when one comes and when something falls due. What has
 * to be looked at again stands in an index by instant, which two punctuators go through: by stream time
 * while there are facts, by the wall clock when there are none.
 *
 * Streams takes the records of the three topics of a partition in the order of their timestamps, so
 * that the stream time less the policy's grace is up to where everything is known.
 */
final class IncidentProcessor implements Processor<String, Fact, String, byte[]> {
  private static final Duration TICK = Duration.ofMillis(20);
  private static final byte[] NOTHING = new byte[0];
  private static boolean consuming;

  private final Policy policy;
  private ProcessorContext<String, byte[]> context;
  private KeyValueStore<String, Incident> incidents;
  private KeyValueStore<Bytes, byte[]> due;
  /** Never before the first: every partition is sent heartbeats, so that one comes. */
  private long lastRecordAt = Long.MAX_VALUE;

  IncidentProcessor(Policy policy) {
    this.policy = policy;
  }

  @Override
  public void init(ProcessorContext<String, byte[]> context) {
    this.context = context;
    incidents = context.getStateStore(StreamsPeer.INCIDENTS);
    due = context.getStateStore(StreamsPeer.DUE);
    try (var all = incidents.all()) {
      all.forEachRemaining(entry -> index(entry.key, Incident.NEVER, entry.value.wake));
    }
    context.schedule(TICK, PunctuationType.STREAM_TIME, time -> wakeUntil(time - policy.graceMs()));
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, this::tick);
  }

  @Override
  public void process(Record<String, Fact> record) {
    sayConsuming();
    lastRecordAt = context.currentSystemTimeMs();
    var fact = record.value();
    if (fact.type == Fact.Type.HEARTBEAT) return;
    var incident = incidents.get(fact.incidentId);
    if (incident == null) incident = new Incident();
    if (!incident.add(fact)) return;
    long wake = incident.wake;
    if (incident.mayConcern(policy)) {
      long now = context.currentStreamTimeMs() - policy.graceMs();
      if (fact.at > now) incident.wake = Math.min(wake, fact.at);
      else publish(fact.incidentId, incident.decide(policy, now));
    }
    incidents.put(fact.incidentId, incident);
    index(fact.incidentId, wake, incident.wake);
  }

  /**
   * An application is not told whether it has read its topics to their ends: where nothing has come for
   * as long as the grace, it takes it that there is nothing.
   */
  private void tick(long wallClock) {
    if (wallClock - lastRecordAt >= policy.graceMs()) wakeUntil(wallClock - policy.graceMs());
  }

  private void wakeUntil(long now) {
    // Reading while deciding, which puts incidents back into the index, needs a list.
    List<Bytes> reached;
    try (var range = due.range(null, dueKey(now + 1, ""))) {
      if (!range.hasNext()) return;
      reached = new ArrayList<>();
      range.forEachRemaining(entry -> reached.add(entry.key));
    }
    for (var key : reached) {
      var incidentId = new String(key.get(), Long.BYTES, key.get().length - Long.BYTES, StandardCharsets.UTF_8);
      var incident = incidents.get(incidentId);
      long wake = incident.wake;
      publish(incidentId, incident.decide(policy, now));
      incidents.put(incidentId, incident);
      index(incidentId, wake, incident.wake);
    }
  }

  private void publish(String incidentId, List<Change> changes) {
    for (var change : changes) {
      context.forward(new Record<>(incidentId, change.json(), context.currentSystemTimeMs()));
    }
  }

  private void index(String incidentId, long before, long after) {
    if (before == after) return;
    if (before != Incident.NEVER) due.delete(dueKey(before, incidentId));
    if (after != Incident.NEVER) due.put(dueKey(after, incidentId), NOTHING);
  }

  /** Sorts by instant: the instants are not negative. */
  private static Bytes dueKey(long at, String incidentId) {
    var id = incidentId.getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + id.length).putLong(at).put(id).array());
  }

  private static synchronized void sayConsuming() {
    if (consuming) return;
    consuming = true;
    System.out.println("consuming");
  }
}
