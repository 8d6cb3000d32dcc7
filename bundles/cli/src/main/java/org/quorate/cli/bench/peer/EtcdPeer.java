package org.quorate.cli.bench.peer;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;
import org.quorate.cli.cluster.Ports;
import org.quorate.client.net.VertxFactory;

/** etcd from its binary; KV.Put by gRPC over 4,096 keys, each write synced (its default). */
final class EtcdPeer implements Peer {
  private static final int KEYS = 4096;
  private static final int UP_S = 60;
  private static final int GRPC_PREFIX = 5;

  private final Processes processes;
  private final Vertx vertx = VertxFactory.create(1, 1);
  private final List<HttpClient> clients = new ArrayList<>();
  private final List<RequestOptions> requests = new ArrayList<>();
  private final Buffer[] bodies = new Buffer[KEYS];
  private final String name;

  EtcdPeer(Path directory, Path data, int connections, int valueBytes)
      throws IOException, InterruptedException {
    Path binary = binary(directory);
    name = "etcd" + version(binary);
    byte[] value = new byte[valueBytes];
    new Random(1).nextBytes(value);
    for (int i = 0; i < KEYS; i++) {
      bodies[i] = putRequest(String.format("k%07d", i), value);
    }
    processes = new Processes(data);
    try {
      List<Integer> ports = Ports.choose(0, 6);
      for (int i = 0; i < 3; i++) {
        processes.start(command(binary, data, ports, i));
      }
      for (int i = 0; i < connections; i++) {
        clients.add(client());
        requests.add(request(ports.get(i % 3)));
      }
      awaitUp();
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static Path binary(Path directory) {
    for (String place : List.of("etcd", "bin/etcd", "usr/bin/etcd")) {
      if (Files.isExecutable(directory.resolve(place))) {
        return directory.resolve(place);
      }
    }
    throw new CliException(
        ExitCode.USAGE,
        "no program etcd in " + directory,
        "on Debian: cd DIR; apt-get download etcd-server; dpkg -x etcd-server*.deb .");
  }

  private static String version(Path binary) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(binary.toString(), "--version").redirectErrorStream(true).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    String first = text.lines().findFirst().orElse("");
    return first.startsWith("etcd Version: ") ? "-" + first.substring(14).trim() : "";
  }

  private static List<String> command(Path binary, Path data, List<Integer> ports, int i) {
    List<String> initial = new ArrayList<>();
    for (int n = 0; n < 3; n++) {
      initial.add("n" + n + "=http://127.0.0.1:" + ports.get(3 + n));
    }
    String peer = "http://127.0.0.1:" + ports.get(3 + i);
    String client = "http://127.0.0.1:" + ports.get(i);
    return List.of(
        binary.toString(),
        "--name=n" + i,
        "--data-dir=" + data.resolve("n" + i),
        "--listen-peer-urls=" + peer,
        "--initial-advertise-peer-urls=" + peer,
        "--listen-client-urls=" + client,
        "--advertise-client-urls=" + client,
        "--initial-cluster=" + String.join(",", initial),
        "--initial-cluster-state=new",
        "--quota-backend-bytes=8589934592",
        "--log-level=warn");
  }

  private HttpClient client() {
    HttpClientOptions options =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setTcpNoDelay(true)
            .setHttp2MultiplexingLimit(-1);
    return vertx.createHttpClient(options, new PoolOptions().setHttp2MaxSize(1));
  }

  private static RequestOptions request(int port) {
    return new RequestOptions()
        .setMethod(HttpMethod.POST)
        .setHost("127.0.0.1")
        .setPort(port)
        .setURI("/etcdserverpb.KV/Put")
        .putHeader("content-type", "application/grpc")
        .putHeader("te", "trailers");
  }

  /** {@code PutRequest{1: key, 2: value}} behind the prefix of gRPC. */
  private static Buffer putRequest(String key, byte[] value) {
    Buffer message = Buffer.buffer();
    field(message, 1, key.getBytes(StandardCharsets.US_ASCII));
    field(message, 2, value);
    return Buffer.buffer(GRPC_PREFIX + message.length())
        .appendByte((byte) 0)
        .appendInt(message.length())
        .appendBuffer(message);
  }

  private static void field(Buffer to, int number, byte[] bytes) {
    to.appendByte((byte) (number << 3 | 2));
    int length = bytes.length;
    while (length > 127) {
      to.appendByte((byte) (length & 127 | 128));
      length >>>= 7;
    }
    to.appendByte((byte) length).appendBytes(bytes);
  }

  private void awaitUp() throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(UP_S);
    for (int lane = 0; lane < clients.size(); ) {
      processes.check(name);
      if (up(lane)) {
        lane++;
      } else if (System.nanoTime() > end) {
        throw new CliException(
            ExitCode.FAILED, name + " does not answer", "see whether the machine is busy");
      } else {
        TimeUnit.MILLISECONDS.sleep(200);
      }
    }
  }

  private boolean up(int lane) throws InterruptedException {
    try {
      return put(lane, 0).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Future<Boolean> put(int lane, long number) {
    int at = lane % clients.size();
    return clients
        .get(at)
        .request(requests.get(at))
        .compose(request -> request.send(bodies[(int) ((lane * 31L + number) & (KEYS - 1))]))
        .compose(EtcdPeer::done);
  }

  /** The status is in the trailers, or in the headers when there is nothing else. */
  private static Future<Boolean> done(HttpClientResponse response) {
    return response
        .end()
        .map(
            end -> {
              String status = response.getTrailer("grpc-status");
              return "0".equals(status == null ? response.getHeader("grpc-status") : status);
            });
  }

  @Override
  public void close() {
    clients.forEach(HttpClient::close);
    vertx.close();
    processes.close();
  }
}
