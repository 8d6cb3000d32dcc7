package org.quorate.storage.journal;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The writer as a thread of its own; another one comes and goes to prepare segments. */
final class ThreadDrive implements Drive {
  private final long idleNs;
  private volatile Thread thread;
  private volatile boolean parked;
  private volatile boolean stopped;

  ThreadDrive(long idleMs) {
    this.idleNs = TimeUnit.MILLISECONDS.toNanos(idleMs);
  }

  @Override
  public Executor background() {
    return task -> newThread(task, "quorate-journal-prepare").start();
  }

  @Override
  public void start(Journal journal) {
    thread = newThread(() -> run(journal), "quorate-journal");
    thread.start();
  }

  private static Thread newThread(Runnable task, String name) {
    Thread t = new Thread(task, name);
    t.setDaemon(true);
    t.setContextClassLoader(null); // the creator's would keep its bundle in memory
    return t;
  }

  private void run(Journal journal) {
    while (true) {
      if (journal.turn()) {
        continue;
      }
      if (stopped) {
        return;
      }
      parked = true;
      if (!journal.hasWork() && !stopped) {
        if (journal.isAttested()) {
          LockSupport.park(this);
        } else {
          LockSupport.parkNanos(this, idleNs);
          if (!journal.hasWork() && !stopped) {
            journal.attest();
          }
        }
      }
      parked = false;
      Thread.interrupted(); // nobody has a reason to interrupt it; park would return at once
    }
  }

  @Override
  public void wake() {
    if (parked) {
      parked = false;
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void await(CompletableFuture<Void> done) {
    done.join();
  }

  @Override
  public void stop() {
    stopped = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
