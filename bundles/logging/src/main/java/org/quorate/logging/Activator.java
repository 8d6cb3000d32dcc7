package org.quorate.logging;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.log.LogReaderService;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.LoggerFactory;

/**
 * Listens to every log reader of the framework. Without it an exception thrown by a component's
 * constructor or activate method would stay in the ring buffer of the log service, and the
 * component would just be absent.
 */
public final class Activator implements BundleActivator {
  private final LogToSlf4j listener = new LogToSlf4j();
  private ServiceTracker<LogReaderService, LogReaderService> readers;

  @Override
  public void start(BundleContext context) {
    // The provider of slf4j is made now, on this thread, and not by the first entry of the log.
    LoggerFactory.getILoggerFactory();
    readers =
        new ServiceTracker<>(context, LogReaderService.class, null) {
          @Override
          public LogReaderService addingService(ServiceReference<LogReaderService> reference) {
            LogReaderService reader = super.addingService(reference);
            reader.addLogListener(listener);
            return reader;
          }

          @Override
          public void removedService(
              ServiceReference<LogReaderService> reference, LogReaderService reader) {
            reader.removeLogListener(listener);
            super.removedService(reference, reader);
          }
        };
    readers.open();
  }

  @Override
  public void stop(BundleContext context) {
    listener.close();
    readers.close();
  }
}
