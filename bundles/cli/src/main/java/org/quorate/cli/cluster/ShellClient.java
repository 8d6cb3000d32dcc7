package org.quorate.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.management.Json;

/** A session of a node's Gogo shell. Not thread-safe. */
public final class ShellClient implements AutoCloseable {
  private static final int MAX_PIECE = 16 << 20;

  private final String node;
  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;

  /**
   * Connects with the token that the node left in its data directory.
   *
   * @throws CliException if the node does not run or offers no shell
   */
  public ShellClient(String node, Path dataDir) {
    this.node = node;
    Path file = dataDir.resolve("shell.json");
    try {
      JsonNode access = Json.parse(Files.readString(file));
      socket = new Socket(InetAddress.getLoopbackAddress(), access.path("port").asInt());
      in = new DataInputStream(socket.getInputStream());
      out = socket.getOutputStream();
      line(access.path("token").asText());
    } catch (IOException e) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "node " + node + " offers no shell: " + e.getMessage(),
          "see 'quorate status'; start the node with 'quorate node start " + node + "'",
          e);
    }
  }

  /**
   * Runs a command.
   *
   * @param output gets what it prints, piece by piece
   * @return whether it was done
   */
  public boolean run(String command, Consumer<byte[]> output) {
    return ask("run " + command.replace('\n', ' '), output);
  }

  /** What the last word of a line may become. */
  public List<String> complete(String text) {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    ask("complete " + text.replace('\n', ' '), all::writeBytes);
    return all.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private boolean ask(String request, Consumer<byte[]> output) {
    try {
      line(request);
      int length;
      while ((length = in.readInt()) > 0) {
        if (length > MAX_PIECE) {
          throw new IOException("a piece of " + length + " bytes");
        }
        output.accept(in.readNBytes(length));
      }
      return in.readByte() == 0;
    } catch (IOException e) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "node " + node + " closed the session",
          "see 'quorate status', then connect again",
          e);
    }
  }

  private void line(String text) throws IOException {
    out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
