package org.quorate.certify;

import java.util.StringJoiner;
import org.quorate.api.Bytes;
import org.quorate.spi.consensus.Message;
import org.quorate.tck.protocol.Dialect;

/** Short words for messages and logs, for transcripts. */
final class Words implements Dialect {
  @Override
  public Message decode(Bytes frame) {
    return CertifyCodec.decode(frame);
  }

  @Override
  public String kind(Message message) {
    return kind((CertifyMessage) message);
  }

  @Override
  public String words(Message message) {
    return of((CertifyMessage) message);
  }

  private static String kind(CertifyMessage message) {
    return switch (type(message)) {
      case "Payloads" -> "payload";
      case "BeatReply" -> "beaten";
      case "CanvassReply" -> "canvassed";
      case "TailAsk" -> "tail";
      case "TailIs" -> "tail-is";
      case "TakeOver" -> "take-over";
      default -> type(message).toLowerCase(java.util.Locale.ROOT);
    };
  }

  private static String type(CertifyMessage message) {
    return message.getClass().getSimpleName();
  }

  static String of(CertifyMessage message) {
    String head = kind(message);
    if (message instanceof CertifyMessage.Payloads m) {
      StringJoiner all = new StringJoiner(" ", "[", "]");
      m.payloads().forEach(p -> all.add(p.length() <= 12 ? p.utf8() : p.length() + "B"));
      return head + " " + origin(m.store()) + "." + m.incarnation() + "." + m.first() + " " + all;
    } else if (message instanceof CertifyMessage.Order m) {
      StringJoiner all = new StringJoiner(" ", "[", "]");
      m.entries().forEach(e -> all.add(entry(e)));
      return head
          + " v"
          + view(m.view())
          + " prev "
          + m.prevSlot()
          + "/v"
          + view(m.prevView())
          + " "
          + all
          + " stable "
          + m.stable();
    } else if (message instanceof CertifyMessage.Ack m) {
      return head + " v" + view(m.view()) + " " + m.slot();
    } else if (message instanceof CertifyMessage.Gap m) {
      return head
          + " v"
          + view(m.view())
          + " "
          + m.prevSlot()
          + " hint "
          + m.hintSlot()
          + "/v"
          + view(m.hintView());
    } else if (message instanceof CertifyMessage.Beat m) {
      return head + " v" + view(m.view()) + " stable " + m.stable();
    } else if (message instanceof CertifyMessage.BeatReply m) {
      return head + " v" + view(m.view());
    } else if (message instanceof CertifyMessage.Canvass m) {
      return head + " v" + view(m.view()) + " from " + m.from();
    } else if (message instanceof CertifyMessage.CanvassReply m) {
      return head + " v" + view(m.view()) + (m.granted() ? " granted" : " refused");
    } else if (message instanceof CertifyMessage.Prepare m) {
      return head + " v" + view(m.view()) + " from " + m.from() + (m.handOver() ? " wanted" : "");
    } else if (message instanceof CertifyMessage.Promise m) {
      StringJoiner all = new StringJoiner(" ", "[", "]");
      m.entries().forEach(e -> all.add(entry(e)));
      return head + " v" + view(m.view()) + (m.ok() ? " " + m.from() + " " + all : " refused");
    } else if (message instanceof CertifyMessage.Fetch m) {
      return head + " " + m.slots();
    } else if (message instanceof CertifyMessage.Fetched m) {
      return head + " " + m.slots();
    } else if (message instanceof CertifyMessage.TailIs m) {
      return head + " " + m.slot();
    } else if (message instanceof CertifyMessage.Donate m) {
      return head
          + " v"
          + view(m.view())
          + " to "
          + origin(m.to())
          + " at "
          + m.slot()
          + " with "
          + m.with();
    } else if (message instanceof CertifyMessage.Donated m) {
      return head + " to " + origin(m.to()) + (m.ok() ? " at " + m.slot() : " not");
    }
    return head;
  }

  /** Stores of a test are 101 and on, for nodes a and on. */
  static String origin(long store) {
    return store > 100 && store <= 126 ? String.valueOf((char) ('a' + store - 101)) : "s" + store;
  }

  static String view(View view) {
    return view.number() + (view.number() == 0 ? "" : origin(view.store()));
  }

  static String entry(Entry e) {
    String what =
        e.isPayload() ? origin(e.store) + "." + e.incarnation + "." + e.counter : e.word();
    String bare = e.kind == Entry.BARE ? "~" : "";
    return "v" + view(e.view) + ":" + what + bare + (e.body() == null ? "?" : "");
  }

  static String log(CertifyLoglet loglet) {
    CertifyView view = loglet.view();
    StringJoiner log = new StringJoiner(" ", view.base() + "|", "");
    for (long i = view.base() + 1; i <= view.last(); i++) {
      log.add(
          "v"
              + view(view.view(i))
              + ":"
              + (view.isPayload(i)
                  ? origin(view.origin(i)) + "." + view.originIncarnation(i) + "." + view.counter(i)
                  : view.word(i))
              + (view.body(i) == null ? "?" : ""));
    }
    return log.toString();
  }
}
