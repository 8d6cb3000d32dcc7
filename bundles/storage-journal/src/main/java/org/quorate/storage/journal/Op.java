package org.quorate.storage.journal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.quorate.api.Bytes;
import org.quorate.spi.storage.Pending;

/** Something for the writer thread to do, in order. */
abstract class Op {
  final LogStream stream;

  private Op(LogStream stream) {
    this.stream = stream;
  }

  /** A write of a link that settles a {@link Pending}. */
  abstract static class Write extends Op {
    final JournalLink link;
    final Pending pending;

    private Write(JournalLink link, Pending pending) {
      super(link.stream());
      this.link = link;
      this.pending = pending;
    }
  }

  /** Records at consecutive indexes; none only drops those from {@code first} on. */
  static final class Append extends Write {
    final long first;
    final List<Bytes> records;

    /** Where the writer put them. */
    final long[] positions;

    Append(JournalLink link, long first, List<Bytes> records, Pending pending) {
      super(link, pending);
      this.first = first;
      this.records = records;
      this.positions = new long[records.size()];
    }
  }

  /** Empties the log. */
  static final class Reset extends Write {
    final long next;

    Reset(JournalLink link, long next, Pending pending) {
      super(link, pending);
      this.next = next;
    }
  }

  /** Replaces the stable record. */
  static final class Save extends Write {
    final Bytes record;

    Save(JournalLink link, Bytes record, Pending pending) {
      super(link, pending);
      this.record = record;
    }
  }

  /** Lets the records before an index go; writes nothing by itself. */
  static final class Trim extends Op {
    final long first;

    Trim(LogStream stream, long first) {
      super(stream);
      this.first = first;
    }
  }

  /** Something that somebody waits for. */
  static class Barrier extends Op {
    final CompletableFuture<Void> done = new CompletableFuture<>();

    Barrier(LogStream stream) {
      super(stream);
    }
  }

  /** Deletes a stream. */
  static final class Delete extends Barrier {
    Delete(LogStream stream) {
      super(stream);
    }
  }
}
