package vigil.benchmark.rules;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** An incident as bytes, compactly. */
public final class IncidentBytes {
  private static final Fact.Type[] TYPES = Fact.Type.values();
  private static final Fact.Grade[] GRADES = Fact.Grade.values();
  private static final Fact.Involvement[] INVOLVEMENTS = Fact.Involvement.values();

  private IncidentBytes() {}

  public static byte[] write(Incident incident) {
    try {
      var bytes = new ByteArrayOutputStream(64 + 96 * incident.facts.size());
      var out = new DataOutputStream(bytes);
      out.writeLong(incident.wake);
      out.writeUTF(incident.facts.isEmpty() ? "" : incident.facts.get(0).incidentId);
      out.writeShort(incident.facts.size());
      for (var fact : incident.facts) writeFact(fact, out);
      out.writeShort(incident.said.size());
      for (var alert : incident.said) {
        out.writeUTF(alert.target);
        out.writeUTF(alert.phase);
        out.writeLong(alert.at);
      }
      return bytes.toByteArray();
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  public static Incident read(byte[] bytes) {
    try {
      var in = new DataInputStream(new ByteArrayInputStream(bytes));
      var incident = new Incident();
      incident.wake = in.readLong();
      var incidentId = in.readUTF();
      for (int left = in.readShort(); left > 0; left--) incident.facts.add(readFact(incidentId, in));
      for (int left = in.readShort(); left > 0; left--) {
        incident.said.add(new Alert(in.readUTF(), in.readUTF(), in.readLong()));
      }
      return incident;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static void writeFact(Fact fact, DataOutputStream out) throws IOException {
    out.writeByte(fact.type.ordinal());
    out.writeUTF(fact.source);
    out.writeUTF(fact.id);
    out.writeLong(fact.at);
    out.writeByte(fact.grade == null ? -1 : fact.grade.ordinal());
    out.writeByte(fact.reviewed == null ? -1 : fact.reviewed ? 1 : 0);
    out.writeByte(fact.involvement == null ? -1 : fact.involvement.ordinal());
    out.writeByte(fact.marked == null ? -1 : fact.marked ? 1 : 0);
    out.writeShort(fact.youngestAge == null ? -1 : fact.youngestAge);
    out.writeUTF(fact.incidentType == null ? "" : fact.incidentType);
    out.writeUTF(fact.unitId == null ? "" : fact.unitId);
  }

  private static Fact readFact(String incidentId, DataInputStream in) throws IOException {
    var fact = new Fact();
    fact.incidentId = incidentId;
    fact.type = TYPES[in.readByte()];
    fact.source = in.readUTF();
    fact.id = in.readUTF();
    fact.at = in.readLong();
    int grade = in.readByte();
    if (grade >= 0) fact.grade = GRADES[grade];
    int reviewed = in.readByte();
    if (reviewed >= 0) fact.reviewed = reviewed == 1;
    int involvement = in.readByte();
    if (involvement >= 0) fact.involvement = INVOLVEMENTS[involvement];
    int marked = in.readByte();
    if (marked >= 0) fact.marked = marked == 1;
    int age = in.readShort();
    if (age >= 0) fact.youngestAge = age;
    var incidentType = in.readUTF();
    if (!incidentType.isEmpty()) fact.incidentType = incidentType;
    var unitId = in.readUTF();
    if (!unitId.isEmpty()) fact.unitId = unitId;
    return fact;
  }
}
