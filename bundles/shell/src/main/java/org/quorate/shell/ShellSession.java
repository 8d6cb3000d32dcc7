package org.quorate.shell;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/**
 * One connection. The client sends lines of UTF-8: first the token, then {@code run COMMAND} or
 * {@code complete TEXT}. Each is answered by pieces of output, a length of four bytes and as many
 * bytes, then a length of 0 and one byte: 0 done, 1 failed.
 */
final class ShellSession {
  private static final int MAX_LINE_BYTES = 1 << 20;
  private static final int TOKEN_PATIENCE_MS = 5000;

  private final Socket socket;
  private final String token;
  private final CommandProcessor processor;
  private final Completion completion;

  ShellSession(Socket socket, String token, CommandProcessor processor, Completion completion) {
    this.socket = socket;
    this.token = token;
    this.processor = processor;
    this.completion = completion;
  }

  void run() throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    String shown = token(in);
    if (shown == null
        || !MessageDigest.isEqual(
            shown.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8))) {
      return;
    }
    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
    PrintStream console = new PrintStream(new Pieces(out), true, StandardCharsets.UTF_8);
    try (CommandSession session =
        processor.createSession(InputStream.nullInputStream(), console, console)) {
      session.put("SCOPE", "quorate:*");
      String line;
      while ((line = line(in, MAX_LINE_BYTES)) != null) {
        boolean done = serve(session, console, line);
        console.flush();
        out.writeInt(0);
        out.writeByte(done ? 0 : 1);
        out.flush();
      }
    }
  }

  /** The first line; it has to be there in time, however slowly its bytes come. Null if it is none. */
  private String token(InputStream in) throws IOException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TOKEN_PATIENCE_MS);
    byte[] shown = new byte[token.length() + 1];
    for (int size = 0; size < shown.length; size++) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      socket.setSoTimeout((int) Math.max(1, left));
      int b = in.read();
      if (b < 0) {
        return null;
      } else if (b == '\n') {
        socket.setSoTimeout(0);
        return new String(shown, 0, size, StandardCharsets.UTF_8);
      }
      shown[size] = (byte) b;
    }
    return null;
  }

  private boolean serve(CommandSession session, PrintStream console, String line) {
    if (line.startsWith("complete ")) {
      completion
          .candidates(line.substring("complete ".length()), commands(session))
          .forEach(console::println);
      return true;
    }
    if (!line.startsWith("run ")) {
      console.println("neither run nor complete");
      return false;
    }
    try {
      Object result = session.execute(line.substring("run ".length()));
      if (result != null) {
        console.println(session.format(result, Converter.INSPECT));
      }
      return true;
    } catch (Exception e) {
      console.println("error: " + (e.getMessage() == null ? e : e.getMessage()));
      return false;
    }
  }

  @SuppressWarnings("unchecked")
  private static Set<String> commands(CommandSession session) {
    Object all = session.get(".commands");
    return all instanceof Set<?> set ? new TreeSet<>((Set<String>) set) : Set.of();
  }

  /** A line without its end; null at the end of the stream. */
  private static String line(InputStream in, int maxBytes) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b;
    while ((b = in.read()) >= 0) {
      if (b == '\n') {
        return line.toString(StandardCharsets.UTF_8);
      }
      if (line.size() == maxBytes) {
        throw new IOException("a line of more than " + maxBytes + " bytes");
      }
      line.write(b);
    }
    return null;
  }

  /** Sends what is written as pieces with their length. */
  private static final class Pieces extends OutputStream {
    private final DataOutputStream out;

    Pieces(DataOutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > 0) {
        out.writeInt(length);
        out.write(bytes, offset, length);
      }
    }
  }
}
