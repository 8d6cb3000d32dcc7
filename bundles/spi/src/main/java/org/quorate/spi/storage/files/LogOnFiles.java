package org.quorate.spi.storage.files;

import java.util.concurrent.Executor;
import org.osgi.annotation.versioning.ConsumerType;
import org.quorate.spi.storage.LogStorage;

/**
 * A log storage that runs on any files, such as those of a simulation; found by {@link
 * java.util.ServiceLoader} where tests and the simulator look for it.
 */
@ConsumerType
public interface LogOnFiles {
  /** Name of the storage: {@code journal}. */
  String name();

  /**
   * Opens it, with files so small that all of them roll in a short run.
   *
   * @param writer runs the writer's turns, one at a time; the storage has no thread of its own
   * @param seed for what is random in it
   */
  LogStorage open(StorageFiles files, Executor writer, long seed);
}
