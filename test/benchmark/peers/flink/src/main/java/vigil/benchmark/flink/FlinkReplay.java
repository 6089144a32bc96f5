package vigil.benchmark.flink;

import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import vigil.benchmark.rules.Change;
import vigil.benchmark.rules.EventReader;
import vigil.benchmark.rules.Fact;
import vigil.benchmark.rules.Incident;
import vigil.benchmark.rules.Policy;

/**
 * A replay as a batch job: Flink sorts the facts by incident, out of memory where it must, and each
 * incident is decided once, for the end of the history. Settings are environment variables, which
 * test/benchmark/replay.ts names.
 */
public final class FlinkReplay {
  public static void main(String[] args) throws Exception {
    var env = System.getenv();
    var policy = Policy.read(env.get("POLICY"));
    long until = Long.parseLong(env.get("UNTIL"));
    var settings = new Configuration();
    settings.set(ExecutionOptions.RUNTIME_MODE, RuntimeExecutionMode.BATCH);
    settings.set(PipelineOptions.OBJECT_REUSE, true);
    settings.set(PipelineOptions.GENERIC_TYPES, false);
    settings.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(512));
    var job = StreamExecutionEnvironment.createLocalEnvironment(Integer.parseInt(env.get("THREADS")), settings);
    var source = FileSource
        .forRecordStreamFormat(new TextLineInputFormat(), new Path(env.get("FACTS")))
        .build();
    var sink = FileSink.<Change>forRowFormat(new Path(env.get("OUT")), (change, out) -> {
      out.write(change.json());
      out.write("\n".getBytes(StandardCharsets.UTF_8));
    }).build();
    job.fromSource(source, WatermarkStrategy.noWatermarks(), "facts")
        .map(EventReader::read)
        .filter(fact -> fact.type != Fact.Type.HEARTBEAT)
        .keyBy(fact -> fact.incidentId)
        .process(new Decide(policy, until)).name("decide")
        .sinkTo(sink);
    job.execute("replay");
  }

  private static final class Decide extends KeyedProcessFunction<String, Fact, Change> {
    private final Policy policy;
    private final long until;
    private transient ValueState<Incident> state;

    Decide(Policy policy, long until) {
      this.policy = policy;
      this.until = until;
    }

    @Override
    public void open(OpenContext context) {
      state = getRuntimeContext().getState(new ValueStateDescriptor<>("incident", Incident.class));
    }

    @Override
    public void processElement(Fact fact, Context context, Collector<Change> out) throws Exception {
      var incident = state.value();
      if (incident == null) {
        incident = new Incident();
        // In a batch the time of a key ends with its last record.
        context.timerService().registerEventTimeTimer(until);
      }
      incident.add(fact);
      state.update(incident);
    }

    @Override
    public void onTimer(long at, OnTimerContext context, Collector<Change> out) throws Exception {
      var incident = state.value();
      if (incident.mayConcern(policy)) incident.decide(policy, until).forEach(out::collect);
    }
  }
}
