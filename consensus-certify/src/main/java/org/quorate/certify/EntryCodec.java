package org.quorate.certify;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;

/**
 * Entries on the wire: consecutive messages of one origin are one run, which takes the room of a
 * single one however long it is; payloads follow only where the entry has one.
 */
final class EntryCodec {
  private static final int INLINE = 8;
  private static final int OWN_VIEW = 16;
  private static final int LENGTH_MAX = 1 << 20;

  private EntryCodec() {}

  /** Payloads of the origin {@code inline} go with it, all others stay behind; 0 for none. */
  static void encode(List<Entry> entries, View view, long sender, long inline, Encoder out) {
    out.varint(entries.size());
    int at = 0;
    while (at < entries.size()) {
      Entry e = entries.get(at);
      boolean with = inlines(e, inline);
      boolean other = !e.view.equals(view);
      int kind = e.isPayload() ? Entry.PAYLOAD : e.kind;
      out.u8(kind | (with ? INLINE : 0) | (other ? OWN_VIEW : 0));
      if (other) {
        e.view.encode(out, sender);
      }
      if (!e.isPayload()) {
        out.bytes(e.body());
        at++;
        continue;
      }
      int end = at + 1;
      while (end < entries.size() && continues(entries.get(end - 1), entries.get(end), inline)) {
        end++;
      }
      out.i64(e.store).varint(e.incarnation).varint(e.counter).varint(end - at);
      for (; at < end; at++) {
        if (with) {
          out.bytes(entries.get(at).body());
        }
      }
    }
  }

  private static boolean inlines(Entry e, long inline) {
    return e.kind == Entry.PAYLOAD && e.store == inline && e.body() != null;
  }

  private static boolean continues(Entry e, Entry next, long inline) {
    return next.isPayload()
        && next.store == e.store
        && next.incarnation == e.incarnation
        && next.counter == e.counter + 1
        && next.view.equals(e.view)
        && inlines(next, inline) == inlines(e, inline);
  }

  /** Throws MalformedException unless views never fall and none is after {@code view}. */
  static List<Entry> decode(Decoder in, View view, long sender, View before) {
    long count = in.varint();
    if (count < 0 || count > LENGTH_MAX) {
      throw new MalformedException(Long.toUnsignedString(count) + " entries", in.offset());
    }
    List<Entry> entries = new ArrayList<>((int) Math.min(count, in.remaining()));
    View last = before;
    while (entries.size() < count) {
      int at = in.offset();
      int tag = in.u8();
      int kind = tag & INLINE - 1;
      View of = (tag & OWN_VIEW) != 0 ? View.decode(in, sender) : view;
      if (last.isAfter(of) || of.isAfter(view)) {
        throw new MalformedException("entry of view " + of + " after " + last, at);
      }
      last = of;
      if (kind == Entry.PAYLOAD) {
        run(in, of, (tag & INLINE) != 0, count, entries);
      } else {
        Entry entry = Entry.of(of, kind, in.bytes());
        entry.check();
        entries.add(entry);
      }
    }
    return entries;
  }

  private static void run(Decoder in, View of, boolean inline, long max, List<Entry> entries) {
    long store = in.i64();
    long incarnation = in.varint();
    long counter = in.varint();
    long count = in.varint();
    if (count <= 0 || count > max - entries.size() || counter > Long.MAX_VALUE - count) {
      throw new MalformedException("run of " + count, in.offset());
    }
    for (long i = 0; i < count; i++) {
      Bytes body = inline ? in.bytes() : null;
      Entry entry = Entry.payload(of, store, incarnation, counter + i, body);
      entry.check();
      entries.add(entry);
    }
  }
}
