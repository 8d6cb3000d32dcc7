package org.quorate.coordinator.zk.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.Condition;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.CoordinationLimits;
import org.quorate.spi.coordination.FencingToken;
import org.quorate.spi.coordination.LockInfo;
import org.quorate.spi.coordination.LockSpec;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.SessionSpec;
import org.quorate.spi.coordination.Transaction;

/** Entries as bytes: a format byte, then the fields in order. */
public final class Wire {
  private static final int FORMAT = 1;

  private Wire() {}

  /** The bytes of an entry. */
  public static byte[] encode(Entry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeByte(FORMAT);
      out.writeLong(entry.client());
      out.writeLong(entry.number());
      out.writeLong(entry.settled());
      out.writeLong(entry.atMs());
      command(out, entry.command());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The entry of bytes that {@link #encode} made; fails with BROKEN on others. */
  public static Entry decode(byte[] bytes) {
    ByteArrayInputStream stream = new ByteArrayInputStream(bytes);
    DataInputStream in = new DataInputStream(stream);
    try {
      int format = in.readByte();
      if (format != FORMAT) {
        throw new CoordinationException(Code.BROKEN, "entry of format " + format);
      }
      Entry entry =
          new Entry(in.readLong(), in.readLong(), in.readLong(), in.readLong(), command(in));
      if (stream.available() > 0) {
        throw new CoordinationException(Code.BROKEN, "an entry has bytes behind its end");
      }
      return entry;
    } catch (IOException | IllegalArgumentException e) {
      throw new CoordinationException(Code.BROKEN, "an entry cannot be read: " + e, e);
    }
  }

  private static void command(DataOutput out, Command command) throws IOException {
    if (command instanceof Command.Transact transact) {
      out.writeByte(1);
      transaction(out, transact.transaction());
    } else if (command instanceof Command.OpenSession open) {
      out.writeByte(2);
      spec(out, open.spec());
      text(out, open.client());
      bytes(out, open.proof());
    } else if (command instanceof Command.Resume resume) {
      out.writeByte(3);
      out.writeLong(resume.session());
      bytes(out, resume.proof());
    } else if (command instanceof Command.KeepAlive alive) {
      out.writeByte(4);
      out.writeInt(alive.sessions().size());
      for (long id : alive.sessions()) {
        out.writeLong(id);
      }
    } else if (command instanceof Command.EndSession end) {
      out.writeByte(5);
      out.writeLong(end.session());
      out.writeLong(end.renewed());
    } else if (command instanceof Command.Lock lock) {
      out.writeByte(6);
      out.writeLong(lock.session());
      text(out, lock.spec().name());
      text(out, lock.spec().purpose());
      out.writeLong(lock.spec().waitMs());
      out.writeLong(lock.epoch());
    } else if (command instanceof Command.Unlock unlock) {
      out.writeByte(7);
      text(out, unlock.lock());
      token(out, unlock.token());
    } else if (command instanceof Command.Withdraw withdraw) {
      out.writeByte(8);
      text(out, withdraw.lock());
      out.writeLong(withdraw.client());
      out.writeLong(withdraw.number());
      out.writeBoolean(withdraw.evenIfHeld());
    } else if (command instanceof Command.TellHeld told) {
      out.writeByte(9);
      text(out, told.lock());
      token(out, told.token());
    } else if (command instanceof Command.ForceRelease force) {
      out.writeByte(10);
      text(out, force.lock());
      token(out, force.token());
      text(out, force.by());
      text(out, force.reason());
    } else if (command instanceof Command.NextFolder) {
      out.writeByte(11);
    } else if (command instanceof Command.SnapshotStored) {
      out.writeByte(12);
    } else if (command instanceof Command.Retire retire) {
      out.writeByte(retire.left() == null ? 13 : 18);
      if (retire.left() != null) {
        text(out, retire.left());
      }
    } else if (command instanceof Command.TakeBegin begin) {
      out.writeByte(14);
      out.writeLong(begin.start());
      out.writeLong(begin.taker());
    } else if (command instanceof Command.TakePart take) {
      out.writeByte(15);
      InventoryWire.inventory(out, take.part());
      out.writeLong(take.taker());
    } else if (command instanceof Command.TakeEnd end) {
      out.writeByte(16);
      out.writeLong(end.since());
      out.writeLong(end.taker());
    } else if (command instanceof Command.TakeDrop drop) {
      out.writeByte(17);
      InventoryWire.dropped(out, drop.dropped());
      out.writeLong(drop.taker());
    } else if (command instanceof Command.Leave leave) {
      out.writeByte(19);
      text(out, leave.left());
    } else if (command instanceof Command.Open) {
      out.writeByte(20);
    } else {
      throw new IllegalArgumentException(String.valueOf(command));
    }
  }

  private static Command command(DataInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case 1 -> new Command.Transact(transaction(in));
      case 2 -> new Command.OpenSession(spec(in), text(in), bytes(in));
      case 3 -> new Command.Resume(in.readLong(), bytes(in));
      case 4 -> {
        List<Long> ids = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
          ids.add(in.readLong());
        }
        yield new Command.KeepAlive(ids);
      }
      case 5 -> new Command.EndSession(in.readLong(), in.readLong());
      case 6 ->
          new Command.Lock(
              in.readLong(), new LockSpec(text(in), text(in), in.readLong()), in.readLong());
      case 7 -> new Command.Unlock(text(in), token(in));
      case 8 -> new Command.Withdraw(text(in), in.readLong(), in.readLong(), in.readBoolean());
      case 9 -> new Command.TellHeld(text(in), token(in));
      case 10 -> new Command.ForceRelease(text(in), token(in), text(in), text(in));
      case 11 -> new Command.NextFolder();
      case 12 -> new Command.SnapshotStored();
      case 13 -> new Command.Retire(null);
      case 14 -> new Command.TakeBegin(in.readLong(), in.readLong());
      case 15 -> new Command.TakePart(InventoryWire.inventory(in), in.readLong());
      case 16 -> new Command.TakeEnd(in.readLong(), in.readLong());
      case 17 -> new Command.TakeDrop(InventoryWire.dropped(in), in.readLong());
      case 18 -> new Command.Retire(text(in));
      case 19 -> new Command.Leave(text(in));
      case 20 -> new Command.Open();
      default -> throw new CoordinationException(Code.BROKEN, "a command of kind " + kind);
    };
  }

  private static void transaction(DataOutput out, Transaction transaction) throws IOException {
    out.writeShort(transaction.when().size());
    for (Condition each : transaction.when()) {
      condition(out, each);
    }
    out.writeShort(transaction.then().size());
    for (Op each : transaction.then()) {
      op(out, each);
    }
  }

  private static Transaction transaction(DataInput in) throws IOException {
    List<Condition> when = new ArrayList<>();
    for (int left = in.readShort(); left > 0; left--) {
      when.add(condition(in));
    }
    List<Op> then = new ArrayList<>();
    for (int left = in.readShort(); left > 0; left--) {
      then.add(op(in));
    }
    return new Transaction(when, then);
  }

  private static void condition(DataOutput out, Condition condition) throws IOException {
    if (condition instanceof Condition.Exists exists) {
      out.writeByte(1);
      text(out, exists.key());
    } else if (condition instanceof Condition.Absent absent) {
      out.writeByte(2);
      text(out, absent.key());
    } else if (condition instanceof Condition.Unchanged unchanged) {
      out.writeByte(3);
      text(out, unchanged.key());
      out.writeLong(unchanged.modRevision());
    } else if (condition instanceof Condition.Version version) {
      out.writeByte(4);
      text(out, version.key());
      out.writeLong(version.version());
    } else if (condition instanceof Condition.OwnedBy owned) {
      out.writeByte(5);
      text(out, owned.key());
      out.writeLong(owned.session());
    } else if (condition instanceof Condition.Held held) {
      out.writeByte(6);
      text(out, held.lock());
      token(out, held.token());
    } else if (condition instanceof Condition.ValueEquals equals) {
      out.writeByte(7);
      text(out, equals.key());
      bytes(out, equals.value());
    } else if (condition instanceof Condition.TreeEmpty empty) {
      out.writeByte(8);
      text(out, empty.path());
    } else if (condition instanceof Condition.TreeNotPutSince since) {
      out.writeByte(9);
      text(out, since.path());
      out.writeLong(since.revision());
    }
  }

  private static Condition condition(DataInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case 1 -> new Condition.Exists(text(in));
      case 2 -> new Condition.Absent(text(in));
      case 3 -> new Condition.Unchanged(text(in), in.readLong());
      case 4 -> new Condition.Version(text(in), in.readLong());
      case 5 -> new Condition.OwnedBy(text(in), in.readLong());
      case 6 -> new Condition.Held(text(in), token(in));
      case 7 -> new Condition.ValueEquals(text(in), bytes(in));
      case 8 -> new Condition.TreeEmpty(text(in));
      case 9 -> new Condition.TreeNotPutSince(text(in), in.readLong());
      default -> throw new CoordinationException(Code.BROKEN, "a condition of kind " + kind);
    };
  }

  private static void op(DataOutput out, Op op) throws IOException {
    if (op instanceof Op.Put put) {
      out.writeByte(1);
      text(out, put.key());
      bytes(out, put.value());
      out.writeLong(put.owner());
    } else if (op instanceof Op.SetValue set) {
      out.writeByte(2);
      text(out, set.key());
      bytes(out, set.value());
    } else if (op instanceof Op.PutSequential put) {
      out.writeByte(3);
      text(out, put.prefix());
      bytes(out, put.value());
      out.writeLong(put.owner());
    } else if (op instanceof Op.Delete delete) {
      out.writeByte(4);
      text(out, delete.key());
    } else if (op instanceof Op.DeleteTree tree) {
      out.writeByte(5);
      text(out, tree.path());
    }
  }

  private static Op op(DataInput in) throws IOException {
    int kind = in.readByte();
    return switch (kind) {
      case 1 -> new Op.Put(text(in), bytes(in), in.readLong());
      case 2 -> new Op.SetValue(text(in), bytes(in));
      case 3 -> new Op.PutSequential(text(in), bytes(in), in.readLong());
      case 4 -> new Op.Delete(text(in));
      case 5 -> new Op.DeleteTree(text(in));
      default -> throw new CoordinationException(Code.BROKEN, "an operation of kind " + kind);
    };
  }

  static void spec(DataOutput out, SessionSpec spec) throws IOException {
    text(out, spec.name());
    out.writeLong(spec.ttlMs());
    out.writeBoolean(spec.onEnd() == SessionSpec.OnEnd.DELETE);
    out.writeBoolean(spec.automatic());
  }

  static SessionSpec spec(DataInput in) throws IOException {
    return new SessionSpec(
        text(in),
        in.readLong(),
        in.readBoolean() ? SessionSpec.OnEnd.DELETE : SessionSpec.OnEnd.RELEASE,
        in.readBoolean());
  }

  static void claim(DataOutput out, LockInfo.Claim claim) throws IOException {
    token(out, claim.token());
    out.writeLong(claim.session());
    text(out, claim.sessionName());
    text(out, claim.purpose());
    out.writeLong(claim.askedAtMs());
    out.writeLong(claim.heldSinceMs());
  }

  static LockInfo.Claim claim(DataInput in) throws IOException {
    return new LockInfo.Claim(
        token(in), in.readLong(), text(in), text(in), in.readLong(), in.readLong());
  }

  private static void token(DataOutput out, FencingToken token) throws IOException {
    out.writeLong(token.epoch());
    out.writeLong(token.counter());
  }

  private static FencingToken token(DataInput in) throws IOException {
    return new FencingToken(in.readLong(), in.readLong());
  }

  static void text(DataOutput out, String text) throws IOException {
    bytes(out, Bytes.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  static String text(DataInput in) throws IOException {
    return bytes(in).utf8();
  }

  static void bytes(DataOutput out, Bytes bytes) throws IOException {
    out.writeInt(bytes.length());
    out.write(bytes.array(), bytes.arrayOffset(), bytes.length());
  }

  static Bytes bytes(DataInput in) throws IOException {
    int size = in.readInt();
    if (size < 0 || size > CoordinationLimits.TRANSACTION_BYTES) {
      throw new IOException(size + " bytes announced");
    }
    byte[] bytes = new byte[size];
    in.readFully(bytes);
    return Bytes.wrap(bytes);
  }
}
