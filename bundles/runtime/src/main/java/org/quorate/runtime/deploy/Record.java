package org.quorate.runtime.deploy;

import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.BundleEntry;
import org.quorate.runtime.api.ClusterAssembly;
import org.quorate.runtime.api.Deployment;
import org.quorate.runtime.api.Deployment.NodeStep;

/** A cluster's assembly as it is stored. */
final class Record {
  private static final int FORMAT = 1;

  private Record() {}

  static Bytes encode(ClusterAssembly value) {
    Encoder out = new Encoder();
    out.u8(FORMAT).varint(value.revision());
    assembly(out, value.current());
    out.bool(value.running() != null);
    if (value.running() != null) {
      deployment(out, value.running());
    }
    out.list(value.history(), Record::deployment);
    return out.take();
  }

  static void assembly(Encoder out, Assembly assembly) {
    out.varint(assembly.number());
    out.list(
        assembly.bundles(),
        (o, b) -> o.text(b.name()).text(b.version()).text(b.sha256()).u8(b.level()));
  }

  private static void deployment(Encoder out, Deployment d) {
    assembly(out, d.to());
    assembly(out, d.from());
    out.u8(d.state().ordinal()).text(d.why());
    out.list(
        d.nodes(),
        (o, n) -> o.text(n.node().name()).u8(n.step().ordinal()).text(n.why()).varint(n.awayMs()));
    out.varint(d.startedMs()).varint(d.endedMs());
  }

  /**
   * Reads it.
   *
   * @throws MalformedException if it is of a later format, or none
   */
  static ClusterAssembly decode(Bytes encoded) {
    Decoder in = new Decoder(encoded);
    int format = in.u8();
    if (format != FORMAT) {
      throw new MalformedException("assembly of format " + format + ", known is " + FORMAT, 0);
    }
    long revision = in.varint();
    Assembly current = assembly(in);
    Deployment running = in.bool() ? deployment(in) : null;
    return new ClusterAssembly(revision, current, running, in.list(Record::deployment));
  }

  static Assembly assembly(Decoder in) {
    try {
      return new Assembly(
          in.varint(), in.list(d -> new BundleEntry(d.text(), d.text(), d.text(), d.u8())));
    } catch (IllegalArgumentException e) {
      throw new MalformedException(e.getMessage(), in.offset());
    }
  }

  private static Deployment deployment(Decoder in) {
    return new Deployment(
        assembly(in),
        assembly(in),
        one(Deployment.State.values(), in),
        in.text(),
        in.list(
            d ->
                new NodeStep(
                    NodeId.of(d.text()), one(Deployment.Step.values(), d), d.text(), d.varint())),
        in.varint(),
        in.varint());
  }

  private static <T> T one(T[] values, Decoder in) {
    int ordinal = in.u8();
    if (ordinal >= values.length) {
      throw new MalformedException("state " + ordinal + " of a deployment", in.offset() - 1);
    }
    return values[ordinal];
  }
}
