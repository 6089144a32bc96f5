package vigil.benchmark.flink;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import vigil.benchmark.rules.Fact;

/**
 * A watermark a partition: the timestamp of the last record, less the grace. Event-time timers never
 * fire on a silent stream; so where nothing has come for as long as the grace, it takes it that there is
 * nothing and goes on by the wall clock. A source is not told whether it has read its topics to their ends.
 */
final class RecordTime implements WatermarkGenerator<Fact> {
  private final long graceMs;
  private long latest = Long.MIN_VALUE;
  /** Never before the first: every partition is sent heartbeats, so that one comes. */
  private long lastRecordAt = Long.MAX_VALUE;
  private boolean heard;

  private RecordTime(long graceMs) {
    this.graceMs = graceMs;
  }

  static WatermarkStrategy<Fact> strategy(long graceMs) {
    return WatermarkStrategy.forGenerator(context -> new RecordTime(graceMs));
  }

  @Override
  public void onEvent(Fact fact, long timestamp, WatermarkOutput output) {
    if (timestamp > latest) latest = timestamp;
    heard = true;
  }

  @Override
  public void onPeriodicEmit(WatermarkOutput output) {
    long wallClock = System.currentTimeMillis();
    if (heard) {
      heard = false;
      lastRecordAt = wallClock;
    }
    if (wallClock - lastRecordAt >= graceMs) latest = Math.max(latest, wallClock);
    if (latest != Long.MIN_VALUE) output.emitWatermark(new Watermark(latest - graceMs));
  }
}
