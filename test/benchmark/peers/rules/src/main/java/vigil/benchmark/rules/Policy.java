package vigil.benchmark.rules;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The part of a policy of Vigil that the benchmark's one uses; read from the same file. */
public record Policy(List<String> childTypes, long graceMs, List<Target> targets)
    implements Serializable {

  /** All of them watch for an attendance to an incident in which a child is involved. */
  public record Target(
      String name, List<Fact.Grade> grades, boolean fromGrade, boolean reviewed,
      long withinMs, long warnAfterMs, long[] escalateAfterMs) implements Serializable {}

  public static Policy read(String file) throws IOException {
    var document = new ObjectMapper().readValue(new File(file), Document.class);
    return new Policy(
        orNone(document.childTypes), millis(document.grace), document.targets.stream().map(Policy::target).toList());
  }

  private static Target target(TargetDocument target) {
    long within = millis(target.within);
    return new Target(
        target.name,
        target.grades.stream().map(grade -> Fact.Grade.valueOf(grade.toUpperCase(Locale.ROOT))).toList(),
        "graded".equals(target.clock),
        "review".equals(target.downgrade),
        within,
        target.warnAt == null ? within : (long) Math.floor(target.warnAt * within),
        orNone(target.escalateAfter).stream().mapToLong(Policy::millis).toArray());
  }

  private static List<String> orNone(List<String> list) {
    return list == null ? List.of() : list;
  }

  private static long millis(String duration) {
    return Duration.parse(duration).toMillis();
  }

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Document(List<String> childTypes, String grace, List<TargetDocument> targets) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record TargetDocument(
      String name, List<String> grades, String clock, String downgrade,
      String within, Double warnAt, List<String> escalateAfter) {}
}
