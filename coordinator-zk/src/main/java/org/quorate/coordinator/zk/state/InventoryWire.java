package org.quorate.coordinator.zk.state;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.ForcedRelease;
import org.quorate.spi.coordination.Inventory;
import org.quorate.spi.coordination.Inventory.KeptSession;
import org.quorate.spi.coordination.KeyEntry;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec;

/** Inventories, and what they are made of, as bytes. */
final class InventoryWire {
  private InventoryWire() {}

  static void inventory(DataOutput out, Inventory inventory) throws IOException {
    out.writeLong(inventory.revision());
    out.writeLong(inventory.highest());
    out.writeInt(inventory.sessions().size());
    for (KeptSession each : inventory.sessions()) {
      session(out, each);
    }
    out.writeInt(inventory.keys().size());
    for (KeyEntry each : inventory.keys()) {
      entry(out, each);
    }
    out.writeInt(inventory.numbers().size());
    for (Map.Entry<String, Long> each : inventory.numbers().entrySet()) {
      Wire.text(out, each.getKey());
      out.writeLong(each.getValue());
    }
    out.writeInt(inventory.locks().size());
    for (LockInfo each : inventory.locks()) {
      lock(out, each);
    }
    out.writeInt(inventory.forced().size());
    for (ForcedRelease each : inventory.forced()) {
      forced(out, each);
    }
  }

  static Inventory inventory(DataInput in) throws IOException {
    long revision = in.readLong();
    long highest = in.readLong();
    List<KeptSession> sessions = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      sessions.add(session(in));
    }
    List<KeyEntry> keys = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      keys.add(entry(in));
    }
    Map<String, Long> numbers = new LinkedHashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      numbers.put(Wire.text(in), in.readLong());
    }
    List<LockInfo> locks = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      locks.add(lock(in));
    }
    List<ForcedRelease> forced = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      forced.add(forced(in));
    }
    return new Inventory(revision, highest, keys, numbers, sessions, locks, forced);
  }

  static void dropped(DataOutput out, Command.Dropped dropped) throws IOException {
    texts(out, dropped.keys());
    texts(out, dropped.numbers());
    out.writeInt(dropped.sessions().size());
    for (long id : dropped.sessions()) {
      out.writeLong(id);
    }
    texts(out, dropped.locks());
    out.writeBoolean(dropped.forced());
  }

  static Command.Dropped dropped(DataInput in) throws IOException {
    List<String> keys = texts(in);
    List<String> numbers = texts(in);
    List<Long> sessions = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      sessions.add(in.readLong());
    }
    return new Command.Dropped(keys, numbers, sessions, texts(in), in.readBoolean());
  }

  private static void texts(DataOutput out, List<String> texts) throws IOException {
    out.writeInt(texts.size());
    for (String text : texts) {
      Wire.text(out, text);
    }
  }

  private static List<String> texts(DataInput in) throws IOException {
    List<String> texts = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      texts.add(Wire.text(in));
    }
    return texts;
  }

  private static void session(DataOutput out, KeptSession session) throws IOException {
    SessionInfo info = session.info();
    out.writeLong(info.id());
    Wire.spec(out, new SessionSpec(info.name(), info.ttlMs(), info.onEnd(), true));
    Wire.text(out, info.client());
    out.writeLong(info.openedAtMs());
    Wire.bytes(out, session.proof());
  }

  private static KeptSession session(DataInput in) throws IOException {
    long id = in.readLong();
    SessionSpec spec = Wire.spec(in);
    String client = Wire.text(in);
    SessionInfo info =
        new SessionInfo(id, spec.name(), client, spec.ttlMs(), spec.onEnd(), in.readLong());
    Bytes proof = Wire.bytes(in);
    return new KeptSession(info, proof);
  }

  static void entry(DataOutput out, KeyEntry entry) throws IOException {
    Wire.text(out, entry.key());
    Wire.bytes(out, entry.value());
    out.writeLong(entry.createRevision());
    out.writeLong(entry.modRevision());
    out.writeLong(entry.version());
    out.writeLong(entry.owner());
  }

  static KeyEntry entry(DataInput in) throws IOException {
    return new KeyEntry(
        Wire.text(in), Wire.bytes(in), in.readLong(), in.readLong(), in.readLong(), in.readLong());
  }

  private static void lock(DataOutput out, LockInfo lock) throws IOException {
    Wire.text(out, lock.name());
    Wire.claim(out, lock.holder());
    out.writeInt(lock.waiting().size());
    for (LockInfo.Claim each : lock.waiting()) {
      Wire.claim(out, each);
    }
  }

  private static LockInfo lock(DataInput in) throws IOException {
    String name = Wire.text(in);
    LockInfo.Claim holder = Wire.claim(in);
    List<LockInfo.Claim> waiting = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      waiting.add(Wire.claim(in));
    }
    return new LockInfo(name, holder, waiting);
  }

  static void forced(DataOutput out, ForcedRelease forced) throws IOException {
    Wire.text(out, forced.lock());
    Wire.claim(out, forced.holder());
    Wire.text(out, forced.by());
    Wire.text(out, forced.reason());
    out.writeLong(forced.atMs());
  }

  static ForcedRelease forced(DataInput in) throws IOException {
    String lock = Wire.text(in);
    LockInfo.Claim holder = Wire.claim(in);
    return new ForcedRelease(lock, holder, Wire.text(in), Wire.text(in), in.readLong());
  }
}
