package vigil.benchmark.flink;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.cep.CEP;
import org.apache.flink.cep.functions.PatternProcessFunction;
import org.apache.flink.cep.pattern.Pattern;
import org.apache.flink.cep.pattern.conditions.SimpleCondition;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.Collector;
import vigil.benchmark.rules.Change;
import vigil.benchmark.rules.Fact;
import vigil.benchmark.rules.Policy;

/**
 * The core of the rule as a pattern: an incident of the grade, a child in it by its own word, and nobody
 * there within the time. A pattern has no way to say more: what an update or a stand-down changes, a
 * reopening, one fact that comes twice, what a fact that comes after the watermark takes back, when it
 * is cleared. A warning and each escalation would be a pattern of their own.
 */
final class AttendancePattern {
  private AttendancePattern() {}

  static SingleOutputStreamOperator<Change> breaches(KeyedStream<Fact, String> facts, Policy.Target target) {
    // The time is up when the watermark is at the due instant, and one attended then is in time.
    var within = Duration.ofMillis(target.withinMs() + 1);
    var pattern = Pattern.<Fact>begin("created")
        .where(SimpleCondition.of(fact -> fact.type == Fact.Type.CREATED
            && target.grades().contains(fact.grade)
            && fact.involvement == Fact.Involvement.INVOLVED))
        .notFollowedBy("attended")
        .where(SimpleCondition.of(fact -> fact.type == Fact.Type.ATTENDED))
        .within(within);
    return CEP.pattern(facts, pattern).process(new Breach(target)).name("pattern");
  }

  private static final class Breach extends PatternProcessFunction<Fact, Change> {
    private final Policy.Target target;

    Breach(Policy.Target target) {
      this.target = target;
    }

    @Override
    public void processMatch(Map<String, List<Fact>> match, Context context, Collector<Change> out) {
      var created = match.get("created").get(0);
      out.collect(Change.breach(created, target));
    }
  }
}
