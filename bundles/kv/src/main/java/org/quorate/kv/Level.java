package org.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.KeyRange;
import org.quorate.api.kv.KvLimits;
import org.quorate.api.kv.KvQuery;
import org.quorate.api.kv.KvResult.NamesDone;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/**
 * Finds the names of one level of a hierarchy with a few look-ups for each, however much is below it.
 * Names are in order; keys are not quite in that order, since those with bytes less than the separator
 * come before those below a name: {@code a-b} before {@code a/x}.
 */
final class Level {
  private final StateView view;
  private final long revision;
  private final KvLimits limits;
  private final KvQuery.Names query;
  private final Bytes end;
  private final List<NamesDone.Name> names = new ArrayList<>();

  Level(StateView view, long revision, KvLimits limits, KvQuery.Names query) {
    this.view = view;
    this.revision = revision;
    this.limits = limits;
    this.query = query;
    this.end = query.prefix().prefixEnd();
  }

  NamesDone names() {
    int most = limits.answerEntries();
    int limit = query.limit() == 0 ? most : Math.min(query.limit(), most);
    Bytes last = query.after();
    Bytes key = first(KeyRange.single(query.prefix().concat(last)).to());
    long bytes = 0;
    while (key != null) {
      Bytes name = earliest(nameOf(key), last);
      if (name == null) {
        key = first(behind(nameOf(key)));
        continue;
      }
      bytes += name.length();
      if (names.size() == limit || !names.isEmpty() && bytes > limits.answerBytes()) {
        return new NamesDone(revision, names, true);
      }
      names.add(new NamesDone.Name(name, exists(name), below(name)));
      last = name;
      key = first(KeyRange.single(query.prefix().concat(name)).to());
    }
    return new NamesDone(revision, names, false);
  }

  private Bytes nameOf(Bytes key) {
    Bytes rest = key.from(query.prefix().length());
    for (int i = 0; i < rest.length(); i++) {
      if (rest.at(i) == query.separator()) {
        return rest.slice(0, i);
      }
    }
    return rest;
  }

  /**
   * The first name from the last one on, when the next key has a certain name: that, or a beginning of
   * it whose keys all come later. Null if that name has been told.
   */
  private Bytes earliest(Bytes name, Bytes last) {
    for (int i = 1; i < name.length(); i++) {
      boolean later = Byte.compareUnsigned(name.at(i), query.separator()) < 0;
      Bytes begin = name.slice(0, i);
      if (later && begin.compareTo(last) > 0 && below(begin)) {
        return begin;
      }
    }
    return name.compareTo(last) > 0 ? name : null;
  }

  /** Where the keys below a name end. */
  private Bytes behind(Bytes name) {
    return below(query.prefix().concat(name), query.separator()).prefixEnd();
  }

  private static Bytes below(Bytes path, byte separator) {
    return path.concat(Bytes.wrap(new byte[] {separator}));
  }

  private boolean below(Bytes name) {
    Bytes path = below(query.prefix().concat(name), query.separator());
    Bytes found = first(path);
    return found != null && found.startsWith(path);
  }

  private boolean exists(Bytes name) {
    Bytes key = query.prefix().concat(name);
    return !key.isEmpty() && Version.at(view, key, revision) != null;
  }

  /** The first key from one on, within the prefix, or null. */
  private Bytes first(Bytes from) {
    if (from == null) {
      return null;
    }
    KeyRange stored = Layout.current(new KeyRange(from, end));
    try (StateCursor cursor = view.scan(stored.from(), stored.to())) {
      while (cursor.next()) {
        if (Version.at(view, Version.decode(cursor.value()), revision) != null) {
          return Layout.keyOfCurrent(cursor.key());
        }
      }
    }
    return null;
  }
}
