package org.quorate.runtime.deploy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.api.GroupId;
import org.quorate.api.NodeId;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.assembly.Artifacts;
import org.quorate.assembly.Assembly;
import org.quorate.assembly.AssemblyException;
import org.quorate.assembly.BundleEntry;
import org.quorate.assembly.LocalAssembly;
import org.quorate.assembly.Plan;
import org.quorate.assembly.Trust;
import org.quorate.runtime.api.DeployPlan.Check;
import org.quorate.runtime.deploy.Cluster.Question;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets the jars of an assembly, judges it, and changes this node to it. Blocks. */
final class Installing {
  private static final Logger LOG = LoggerFactory.getLogger(Installing.class);
  private static final int PIECE = 256 << 10;
  private static final long ASK_MS = 10_000;

  private final Cluster cluster;
  private final LocalAssembly local;
  private final Trust trust;
  private final Health health;

  Installing(Cluster cluster, LocalAssembly local, Trust trust, Health health) {
    this.cluster = cluster;
    this.local = local;
    this.trust = trust;
    this.health = health;
  }

  // ---- jars --------------------------------------------------------------------------------

  /** The next piece of a jar for another node. */
  Bytes piece(Bytes question) {
    Decoder in = new Decoder(question);
    String sha256 = in.text();
    long size = local.artifacts().size(sha256);
    Encoder out = new Encoder();
    out.i64(size);
    out.bytes(
        Bytes.wrap(size < 0 ? new byte[0] : local.artifacts().read(sha256, in.varint(), PIECE)));
    return out.take();
  }

  /** Gets a jar from the first node that has it whole. */
  private synchronized void fetch(BundleEntry bundle) {
    List<String> why = new ArrayList<>();
    for (NodeId node : cluster.nodes()) {
      if (local.artifacts().find(bundle.sha256()) != null) {
        return;
      }
      if (!node.equals(cluster.self())) {
        try {
          fetch(bundle.sha256(), node);
        } catch (AssemblyException e) {
          why.add(node + ": " + e.getMessage());
        }
      }
    }
    if (local.artifacts().find(bundle.sha256()) == null) {
      throw new AssemblyException(
          "the jar of " + bundle + " (" + bundle.sha256() + ") is nowhere to be had: " + why);
    }
  }

  private void fetch(String sha256, NodeId from) {
    Artifacts artifacts = local.artifacts();
    long offset = 0;
    while (true) {
      Bytes question = new Encoder().text(sha256).varint(offset).take();
      Bytes answer =
          SystemRecord.await(
              cluster.ask(from, Question.FETCH, question, ASK_MS), "fetching from " + from);
      if (answer == null) {
        throw new AssemblyException("does not answer");
      }
      Decoder in = new Decoder(answer);
      long size = in.i64();
      byte[] piece = in.bytes().toByteArray();
      if (size < 0 || piece.length == 0) {
        throw new AssemblyException("does not have it");
      }
      if (artifacts.append(sha256, size, offset, piece)) {
        return;
      }
      offset += piece.length;
    }
  }

  // ---- judging -----------------------------------------------------------------------------

  /** What speaks against an assembly on this node. */
  Check objections(Assembly assembly) {
    List<String> objections = new ArrayList<>();
    if (!trust.any()) {
      String off = "its file allows no deploying: it has no key 'deploy'";
      return new Check(cluster.self(), true, List.of(off));
    }
    boolean forbidden = false;
    for (BundleEntry bundle : assembly.bundles()) {
      try {
        String distrust = distrust(bundle);
        if (distrust != null) {
          forbidden = true;
          objections.add(bundle + " may not be deployed: " + distrust);
        }
      } catch (AssemblyException e) {
        objections.add(e.getMessage());
      }
    }
    return new Check(
        cluster.self(),
        forbidden,
        objections.isEmpty() ? local.plan(assembly).objections() : objections);
  }

  /**
   * Null if it is here, is what it is said to be, and somebody who may has signed or listed it.
   *
   * @throws AssemblyException if it is not here or is something else
   */
  private String distrust(BundleEntry bundle) {
    fetch(bundle);
    BundleEntry found = local.describe(bundle.sha256());
    if (!found.name().equals(bundle.name()) || !found.version().equals(bundle.version())) {
      throw new AssemblyException(
          "jar " + bundle.sha256() + " is " + found + ", not " + bundle + " as announced");
    }
    return trust.objection(local.artifacts().find(bundle.sha256()), bundle.sha256());
  }

  // ---- changing ----------------------------------------------------------------------------

  /**
   * Puts an assembly in place, waits until the groups are back, and keeps it.
   *
   * @return milliseconds this node was away
   * @throws AssemblyException if it cannot, or a group did not come back; nothing is kept then
   */
  long change(Assembly wanted) {
    List<String> objections = objections(wanted).objections();
    if (!objections.isEmpty()) {
      throw new AssemblyException(String.join("; ", objections));
    }
    Plan plan = local.plan(wanted);
    Set<GroupId> serving = health.serving();
    if (!plan.changes().isEmpty()) {
      checkpoint(serving);
    }
    long start = System.nanoTime();
    local.put(wanted);
    health.awaitBack(serving, cluster.turnMs());
    long awayMs =
        plan.changes().isEmpty() ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    local.keep(wanted);
    LOG.info("assembly {} is in place, this node was away {} ms", wanted.number(), awayMs);
    return awayMs;
  }

  /** As {@link #change}, but goes back to what ran before if it fails. */
  long changeOrGoBack(Assembly wanted) {
    Assembly before = local.running();
    Set<GroupId> serving = health.serving();
    try {
      return change(wanted);
    } catch (AssemblyException e) {
      LOG.error("assembly {} is not put in place: {}", wanted.number(), e.getMessage(), e);
      try {
        local.put(before);
        health.awaitBack(serving, cluster.turnMs());
      } catch (AssemblyException twice) {
        e.addSuppressed(twice);
        throw new AssemblyException(
            e.getMessage() + "; and it did not go back: " + twice.getMessage(), e);
      }
      throw e;
    }
  }

  /** A replica that was checkpointed has little to read when it opens. */
  private void checkpoint(Set<GroupId> groups) {
    for (GroupId group : groups) {
      try {
        SystemRecord.await(cluster.checkpoint(group), "checkpoint of " + group);
      } catch (org.quorate.runtime.api.ControlException e) {
        LOG.warn("group {} is updated without a checkpoint: {}", group, e.getMessage());
      }
    }
  }
}
