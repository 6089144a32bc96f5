package vigil.benchmark.rules;

import java.util.ArrayList;
import java.util.List;

/** The state of an incident as one target sees it: the facts so far, replayed (Vigil's semantics 3 and 4). */
final class State {
  private final Policy policy;
  private final Policy.Target target;
  private final List<String> unitsThere = new ArrayList<>();
  private Fact.Grade grade;
  private Fact.Involvement involvement;
  private boolean marked;
  private Integer youngestAge;
  private String incidentType;
  private boolean open = true;
  private long start;
  private boolean inGrade;
  private long enteredAt;

  State(Policy policy, Policy.Target target, Fact creation) {
    this.policy = policy;
    this.target = target;
    grade = creation.grade;
    start = creation.at;
    learn(creation);
    standAnew();
  }

  /** One more fact, which counts as having happened at this instant. */
  void add(Fact fact, long at) {
    switch (fact.type) {
      case UPDATED -> {
        learn(fact);
        if (fact.grade != null) regrade(fact, at);
      }
      case ATTENDED -> unitsThere.add(fact.unitId);
      case ABORTED -> unitsThere.removeIf(fact.unitId::equals);
      case CLOSED -> open = false;
      case REOPENED -> {
        if (!open) {
          open = true;
          start = at;
          unitsThere.clear();
          standAnew();
        }
      }
      default -> { }
    }
  }

  boolean watched() {
    return open && inGrade && child() == Fact.Involvement.INVOLVED && unitsThere.isEmpty();
  }

  /** When the clock began. */
  long begin() {
    return target.fromGrade() ? enteredAt : start;
  }

  private void learn(Fact fact) {
    if (fact.involvement != null) involvement = fact.involvement;
    if (fact.marked != null) marked = fact.marked;
    if (fact.youngestAge != null) youngestAge = fact.youngestAge;
    if (fact.incidentType != null) incidentType = fact.incidentType;
  }

  private void standAnew() {
    inGrade = target.grades().contains(grade);
    enteredAt = start;
  }

  private void regrade(Fact fact, long at) {
    var before = grade;
    grade = fact.grade;
    if (target.grades().contains(grade)) {
      if (!inGrade) enteredAt = moreUrgent(grade, before) ? at : start;
      inGrade = true;
      return;
    }
    boolean held = target.reviewed() && inGrade && !Boolean.TRUE.equals(fact.reviewed)
        && (grade == before || grade == Fact.Grade.UNKNOWN || moreUrgent(before, grade));
    inGrade = held;
  }

  private static boolean moreUrgent(Fact.Grade a, Fact.Grade b) {
    return a != Fact.Grade.UNKNOWN && b != Fact.Grade.UNKNOWN && a.compareTo(b) < 0;
  }

  /** A marker outweighs a denial, a denial outweighs an age. */
  private Fact.Involvement child() {
    if (involvement == Fact.Involvement.INVOLVED || marked) return Fact.Involvement.INVOLVED;
    if (involvement == Fact.Involvement.NOT_INVOLVED) return involvement;
    if (youngestAge != null && youngestAge < 18) return Fact.Involvement.INVOLVED;
    if (incidentType != null && policy.childTypes().contains(incidentType)) return Fact.Involvement.INVOLVED;
    return Fact.Involvement.UNKNOWN;
  }
}
