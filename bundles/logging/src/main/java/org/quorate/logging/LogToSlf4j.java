package org.quorate.logging;

import org.osgi.service.log.LogEntry;
import org.osgi.service.log.LogLevel;
import org.osgi.service.log.LogListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Writes each entry of the OSGi log to the slf4j logger of the same name. */
final class LogToSlf4j implements LogListener {
  /** Prefix of the loggers by which felix.log reports bundle, service and framework events. */
  private static final String EVENTS = "Events.";

  private volatile boolean closed;

  /** Entries that the log service still has in hand when this bundle stops are dropped. */
  void close() {
    closed = true;
  }

  @Override
  public void logged(LogEntry entry) {
    if (closed) {
      return;
    }
    Logger logger = LoggerFactory.getLogger(nameOf(entry));
    logger.atLevel(levelOf(entry)).setCause(entry.getException()).log("{}", messageOf(entry));
  }

  private static String nameOf(LogEntry entry) {
    String name = entry.getLoggerName();
    if (name != null && !name.isEmpty() && !"LogService".equals(name)) {
      return name;
    }
    return entry.getBundle() == null ? "osgi" : entry.getBundle().getSymbolicName();
  }

  private static Level levelOf(LogEntry entry) {
    LogLevel level = entry.getLogLevel();
    String name = entry.getLoggerName();
    boolean event = name != null && name.startsWith(EVENTS);
    return switch (level) {
      case AUDIT, ERROR -> Level.ERROR;
      case WARN -> Level.WARN;
      case INFO -> event ? Level.DEBUG : Level.INFO;
      case DEBUG -> event ? Level.TRACE : Level.DEBUG;
      case TRACE -> Level.TRACE;
    };
  }

  private static String messageOf(LogEntry entry) {
    if (entry.getBundle() == null) {
      return entry.getMessage();
    }
    return "[" + entry.getBundle().getSymbolicName() + "] " + entry.getMessage();
  }
}
