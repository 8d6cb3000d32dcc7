package org.quorate.itest.user;

import java.util.concurrent.TimeUnit;
import org.quorate.api.Bytes;
import org.quorate.spi.coordination.CoordinationException;
import org.quorate.spi.coordination.CoordinationException.Code;
import org.quorate.spi.coordination.Op;
import org.quorate.spi.coordination.Transaction;
import org.quorate.spi.coordination.TransactionResult;

/** Appends numbered entries, each once whatever becomes of it. */
final class Writes implements CoordinatorUser.Work {
  private static final long PAUSE_MS = 60;

  private final CoordinatorUser user;
  private final int lane;

  Writes(CoordinatorUser user, int lane) {
    this.user = user;
    this.lane = lane;
  }

  @Override
  public void run() throws InterruptedException {
    for (int i = 0; user.going(); i++) {
      write(user.name() + "-" + lane + "-" + i);
      TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
    }
  }

  private void write(String what) throws InterruptedException {
    Op append = new Op.PutSequential(CoordinatorUser.LOG + "/e", Bytes.utf8(what), 0);
    user.diary().note("TRIED " + what);
    try {
      TransactionResult done =
          CoordinatorUser.await(user.coordinator().transact(Transaction.of(append)));
      user.diary()
          .note("WROTE " + done.revision() + " " + done.effects().get(0).key() + " " + what);
    } catch (CoordinationException e) {
      String kind = e.code() == Code.INDETERMINATE ? "MAYBE " : "REFUSED ";
      user.diary().note(kind + what + " " + e.code() + " " + e.getMessage());
    }
  }
}
