package org.quorate.simulator.wrap;

import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.NodeId;
import org.quorate.spi.consensus.Effects;
import org.quorate.spi.consensus.Membership;
import org.quorate.spi.consensus.Message;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Submission;
import org.quorate.spi.consensus.TailRequest;
import org.quorate.spi.storage.Pending;
import org.quorate.spi.transport.Lane;

/** Passes every effect on; for wrappers that look at some effects or change them. */
public class ForwardingEffects implements Effects {
  /** Where effects go; set before each step. */
  protected Effects out;

  /** Sets where effects go. */
  public void to(Effects target) {
    out = target;
  }

  @Override
  public Pending append(long first, List<Bytes> records) {
    return out.append(first, records);
  }

  @Override
  public Pending record(Bytes stable) {
    return out.record(stable);
  }

  @Override
  public Pending reset(long next) {
    return out.reset(next);
  }

  @Override
  public void trim(long first) {
    out.trim(first);
  }

  @Override
  public void send(NodeId to, Lane lane, Message message) {
    out.send(to, lane, message);
  }

  @Override
  public void promise(Pending what, NodeId to, Lane lane, Message message) {
    out.promise(what, to, lane, message);
  }

  @Override
  public void needSnapshot(NodeId to, long inner, List<NodeId> with) {
    out.needSnapshot(to, inner, with);
  }

  @Override
  public void deliver(long inner, Bytes payload) {
    out.deliver(inner, payload);
  }

  @Override
  public void decided(long inner) {
    out.decided(inner);
  }

  @Override
  public void tail(TailRequest request, long inner) {
    out.tail(request, inner);
  }

  @Override
  public void refuse(Submission submission, Refusal why) {
    out.refuse(submission, why);
  }

  @Override
  public void refuse(TailRequest request, Refusal why) {
    out.refuse(request, why);
  }

  @Override
  public void answer(long ticket, Refusal why) {
    out.answer(ticket, why);
  }

  @Override
  public void membership(Membership effective, long inner) {
    out.membership(effective, inner);
  }

  @Override
  public void halt(String reason) {
    out.halt(reason);
  }
}
