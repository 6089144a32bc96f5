package vigil.benchmark.rules;

/** An alert of one incident. Its target, phase and instant are its identity. */
public final class Alert {
  public String target = "";
  public String phase = "";
  public long at;

  public Alert() {}

  public Alert(String target, String phase, long at) {
    this.target = target;
    this.phase = phase;
    this.at = at;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Alert that
        && at == that.at && phase.equals(that.phase) && target.equals(that.target);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(at) ^ phase.hashCode();
  }
}
