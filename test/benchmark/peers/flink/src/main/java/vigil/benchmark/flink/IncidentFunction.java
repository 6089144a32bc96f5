package vigil.benchmark.flink;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import vigil.benchmark.rules.Change;
import vigil.benchmark.rules.Fact;
import vigil.benchmark.rules.Incident;
import vigil.benchmark.rules.Policy;

/**
 * Keeps the facts of each incident and decides when one comes and when something falls due. The
 * watermark is the lowest of all partitions' of all topics: up to there everything is known.
 */
final class IncidentFunction extends KeyedProcessFunction<String, Fact, Change> {
  private final Policy policy;
  private transient ValueState<Incident> state;

  IncidentFunction(Policy policy) {
    this.policy = policy;
  }

  @Override
  public void open(OpenContext context) {
    state = getRuntimeContext().getState(new ValueStateDescriptor<>("incident", Incident.class));
  }

  @Override
  public void processElement(Fact fact, Context context, Collector<Change> out) throws Exception {
    var incident = state.value();
    if (incident == null) incident = new Incident();
    if (!incident.add(fact)) return;
    if (incident.mayConcern(policy)) {
      long before = incident.wake;
      long now = context.timerService().currentWatermark();
      if (fact.at > now) incident.wake = Math.min(before, fact.at);
      else incident.decide(policy, now).forEach(out::collect);
      if (incident.wake != before && incident.wake != Incident.NEVER) {
        context.timerService().registerEventTimeTimer(incident.wake);
      }
    }
    state.update(incident);
  }

  @Override
  public void onTimer(long at, OnTimerContext context, Collector<Change> out) throws Exception {
    var incident = state.value();
    // One that was set before something made it come sooner or later.
    if (incident.wake != at) return;
    incident.decide(policy, context.timerService().currentWatermark()).forEach(out::collect);
    if (incident.wake != Incident.NEVER) context.timerService().registerEventTimeTimer(incident.wake);
    state.update(incident);
  }
}
