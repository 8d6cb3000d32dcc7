package org.quorate.shell;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.apache.felix.service.command.CommandProcessor;
import org.quorate.management.Json;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes connections on a loopback port and gives each a Gogo session. Who connects must know the
 * token in a file that only the owner of the data directory can read.
 */
public final class ShellServer implements AutoCloseable {
  /** In the node's data directory: {@code {"port": …, "token": …}}. */
  public static final String FILE = "shell.json";

  private static final Logger LOG = LoggerFactory.getLogger(ShellServer.class);
  private static final int MAX_SESSIONS = 16;
  private static final int TOKEN_BYTES = 32;

  private final ServerSocket server;
  private final Path file;
  private final String token;
  private final CommandProcessor processor;
  private final Completion completion;
  private final Set<Socket> sessions = new HashSet<>();

  /** Opens the port and writes the file. */
  public ShellServer(Path dataDir, CommandProcessor processor, Map<String, NounCommand> commands)
      throws IOException {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    this.token = HexFormat.of().formatHex(random);
    this.processor = processor;
    this.completion = new Completion(commands);
    this.server = new ServerSocket(0, MAX_SESSIONS, InetAddress.getLoopbackAddress());
    this.file = dataDir.resolve(FILE);
    try {
      publish(dataDir);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    thread("quorate-shell", this::accept).start();
    LOG.info("shell on port {}", server.getLocalPort());
  }

  private void publish(Path dataDir) throws IOException {
    Files.createDirectories(dataDir);
    Path part = dataDir.resolve(FILE + ".part");
    Files.deleteIfExists(part);
    // The file has its rights before it has its content.
    boolean posix = Files.getFileStore(dataDir).supportsFileAttributeView("posix");
    if (posix) {
      Files.createFile(
          part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(part, Json.text(Map.of("port", server.getLocalPort(), "token", token)));
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Thread thread(String name, Runnable body) {
    Thread thread = new Thread(body, name);
    thread.setDaemon(true);
    // A session must not pin the loader of the bundle that happened to start it.
    thread.setContextClassLoader(ClassLoader.getSystemClassLoader());
    return thread;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        if (!admit(socket)) {
          socket.close();
        }
      } catch (IOException e) {
        if (!server.isClosed()) {
          LOG.warn("the shell took no connection", e);
        }
      }
    }
  }

  private boolean admit(Socket socket) {
    synchronized (sessions) {
      if (sessions.size() >= MAX_SESSIONS || server.isClosed()) {
        return false;
      }
      sessions.add(socket);
    }
    Runnable body =
        () -> {
          try (socket) {
            serve(socket);
          } catch (IOException e) {
            LOG.debug("shell session ended", e);
          }
        };
    thread("quorate-shell-session", body).start();
    return true;
  }

  /** There is room for another one before the client sees that this one has ended. */
  private void serve(Socket socket) throws IOException {
    try {
      new ShellSession(socket, token, processor, completion).run();
    } finally {
      synchronized (sessions) {
        sessions.remove(socket);
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    synchronized (sessions) {
      for (Socket socket : sessions) {
        socket.close();
      }
    }
    Files.deleteIfExists(file);
  }
}
