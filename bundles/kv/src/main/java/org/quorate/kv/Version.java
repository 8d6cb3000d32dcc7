package org.quorate.kv;

import org.quorate.api.Bytes;
import org.quorate.api.kv.KvEntry;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.state.StateView;

/**
 * What a key was from a change on, which is at {@code mod} and {@code sub}.
 *
 * @param version 0 for a deletion, which has no creation, lease, hash and value either
 * @param hash its part in the state's hash, kept so that it can be taken out again
 * @param trail the way back to older versions
 */
record Version(
    long create, long mod, int sub, long version, long lease, long hash, Trail trail, Bytes value) {

  static Version deletion(long revision, int sub, Trail trail) {
    return new Version(0, revision, sub, 0, 0, 0, trail, Bytes.EMPTY);
  }

  boolean live() {
    return version > 0;
  }

  KvEntry entry(Bytes key) {
    return new KvEntry(key, value, create, mod, version, lease);
  }

  KvEntry entryWithoutValue(Bytes key) {
    return new KvEntry(key, Bytes.EMPTY, create, mod, version, lease);
  }

  Bytes encode() {
    Encoder out = new Encoder(value.length() + 48 + 10 * trail.places().length);
    out.varint(version).varint(mod).varint(sub).varint(mod - create).varint(lease).i64(hash);
    trail.encode(out);
    return out.raw(value).take();
  }

  static Version decode(Bytes bytes) {
    Decoder in = new Decoder(bytes);
    long version = in.varint();
    long mod = in.varint();
    int sub = (int) in.varint();
    long create = mod - in.varint();
    long lease = in.varint();
    long hash = in.i64();
    Trail trail = Trail.decode(in);
    return new Version(create, mod, sub, version, lease, hash, trail, in.rest());
  }

  /** The latest of a key, be it a deletion, or null. */
  static Version latest(StateView view, Bytes key) {
    Bytes stored = view.get(Layout.current(key));
    return stored == null ? null : decode(stored);
  }

  /** The one that a key had at a revision which is not compacted; null if it was absent. */
  static Version at(StateView view, Bytes key, long revision) {
    return at(view, latest(view, key), revision);
  }

  /** The same, if the latest one is known already. */
  static Version at(StateView view, Version latest, long revision) {
    Version found = latest;
    while (found != null && found.mod > revision) {
      // Going back from a change yields the version before it; a short cut skips changes that are
      // newer than the revision, too. Changes are written before what they supersede is gone.
      int cut = found.trail.oldestAbove(revision);
      Bytes place =
          cut < 0
              ? Layout.change(found.mod, found.sub)
              : Layout.change(found.trail.places()[cut], (int) found.trail.places()[cut + 1]);
      Bytes change = view.get(place);
      found = change == null ? null : Change.decode(change).before();
    }
    return found != null && found.live() ? found : null;
  }
}
