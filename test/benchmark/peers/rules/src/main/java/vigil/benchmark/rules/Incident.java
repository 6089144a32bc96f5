package vigil.benchmark.rules;

import java.util.ArrayList;
import java.util.List;

/**
 * What is kept of an incident: its facts, what was said of it, and when it has to be looked at again.
 * A late fact changes the past, so everything is derived anew from the facts at each decision.
 */
public final class Incident {
  public static final long NEVER = Assessment.NEVER;

  /** Distinct, in the order in which they happened. */
  public List<Fact> facts = new ArrayList<>();
  /** Alerts less retractions. */
  public List<Alert> said = new ArrayList<>();
  /** When it has to be decided anew though nothing more is learned. */
  public long wake = NEVER;

  /** @return whether it is news: a fact that repeats a source and id is not. */
  public boolean add(Fact fact) {
    int place = facts.size();
    for (int i = 0; i < facts.size(); i++) if (facts.get(i).repeats(fact)) return false;
    while (place > 0 && Fact.ORDER.compare(facts.get(place - 1), fact) > 0) place--;
    facts.add(place, fact);
    return true;
  }

  /** Whether it could concern a target, by all that is known: nine incidents of ten are about no child. */
  public boolean mayConcern(Policy policy) {
    boolean graded = false;
    boolean child = false;
    for (var fact : facts) {
      for (var target : policy.targets()) graded |= fact.grade != null && target.grades().contains(fact.grade);
      child |= fact.involvement == Fact.Involvement.INVOLVED
          || Boolean.TRUE.equals(fact.marked)
          || fact.youngestAge != null && fact.youngestAge < 18
          || fact.incidentType != null && policy.childTypes().contains(fact.incidentType);
    }
    return graded && child;
  }

  /** Takes in what should exist now, and when to look again. @return what has to be published */
  public List<Change> decide(Policy policy, long now) {
    var assessed = new Assessment(facts, policy, now);
    wake = assessed.next;
    if (assessed.alerts.isEmpty() && said.isEmpty()) return List.of();
    var incidentId = facts.get(0).incidentId;
    var changes = new ArrayList<Change>();
    for (var alert : assessed.alerts) {
      if (!said.contains(alert)) changes.add(new Change("alert", incidentId, alert));
    }
    for (var alert : said) {
      if (!assessed.alerts.contains(alert)) changes.add(new Change("retraction", incidentId, alert));
    }
    said = assessed.alerts;
    return changes;
  }
}
