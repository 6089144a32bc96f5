package vigil.benchmark.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * What should have been said of one incident at an instant: a function of its facts, the policy and
 * the instant (Vigil's semantics 4 and 5).
 */
final class Assessment {
  static final long NEVER = Long.MAX_VALUE;

  final List<Alert> alerts = new ArrayList<>();
  /** When this changes if nothing more is learned. */
  long next = NEVER;
  private final long now;

  /** @param facts distinct and in order */
  Assessment(List<Fact> facts, Policy policy, long now) {
    this.now = now;
    for (var fact : facts) {
      if (fact.at > now) {
        next = fact.at;
        break;
      }
    }
    var creation = firstCreation(facts);
    if (creation == null || creation.at > now) return;
    for (var target : policy.targets()) assess(facts, creation, policy, target);
  }

  /** A half-open stretch of time in which a target is in breach, or in warning. */
  private static final class Interval {
    final long from;
    long to;

    Interval(long from, long to) {
      this.from = from;
      this.to = to;
    }
  }

  private void assess(List<Fact> facts, Fact creation, Policy policy, Policy.Target target) {
    var breaches = new ArrayList<Interval>(2);
    var warnings = new ArrayList<Interval>(2);
    var state = new State(policy, target, creation);
    long from = creation.at;
    for (var fact : facts) {
      if (fact.at > now) break;
      if (fact.type == Fact.Type.CREATED) continue;
      long at = Math.max(fact.at, creation.at);
      cut(state, target, from, at, breaches, warnings);
      state.add(fact, at);
      from = at;
    }
    cut(state, target, from, NEVER, breaches, warnings);

    for (var warning : warnings) {
      raise(target, "warning", warning.from);
      boolean breached = breaches.stream().anyMatch(breach -> breach.from == warning.to);
      if (warning.to != NEVER && !breached) raise(target, "cleared", warning.to);
    }
    for (var breach : breaches) {
      raise(target, "breach", breach.from);
      for (int step = 0; step < target.escalateAfterMs().length; step++) {
        long at = breach.from + target.escalateAfterMs()[step];
        if (at < breach.to) raise(target, "escalation-" + (step + 1), at);
      }
      if (breach.to != NEVER) raise(target, "cleared", breach.to);
    }
  }

  private static void cut(
      State state, Policy.Target target, long from, long to, List<Interval> breaches, List<Interval> warnings) {
    if (from == to || !state.watched()) return;
    long due = state.begin() + target.withinMs();
    extend(breaches, Math.max(from, due), to);
    extend(warnings, Math.max(from, state.begin() + target.warnAfterMs()), Math.min(to, due));
  }

  private static void extend(List<Interval> intervals, long from, long to) {
    if (from >= to) return;
    if (!intervals.isEmpty() && intervals.get(intervals.size() - 1).to == from) {
      intervals.get(intervals.size() - 1).to = to;
    } else {
      intervals.add(new Interval(from, to));
    }
  }

  private void raise(Policy.Target target, String phase, long at) {
    if (at <= now) alerts.add(new Alert(target.name(), phase, at));
    else next = Math.min(next, at);
  }

  private static Fact firstCreation(List<Fact> facts) {
    for (var fact : facts) if (fact.type == Fact.Type.CREATED) return fact;
    return null;
  }
}
