package org.quorate.tck.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority and certificates of it for tests, made with the JDK's keytool, as PEM files. */
public final class Certificates {
  private static final String PASSWORD = "changeit";

  private final Path directory;

  /** Makes an authority in a new directory. */
  public Certificates(Path directory) throws IOException, GeneralSecurityException {
    this.directory = Files.createDirectories(directory);
    keytool(
        "-genkeypair",
        "-alias",
        "ca",
        "-keystore",
        "ca.p12",
        "-keyalg",
        "EC",
        "-dname",
        "CN=test authority",
        "-ext",
        "bc:c",
        "-validity",
        "2");
    keytool("-exportcert", "-rfc", "-alias", "ca", "-keystore", "ca.p12", "-file", "ca.pem");
  }

  /** The authority's own certificate. */
  public Path authority() {
    return directory.resolve("ca.pem");
  }

  /** Makes NAME.pem and NAME.key for 127.0.0.1. */
  public Certificates issue(String name) throws IOException, GeneralSecurityException {
    String store = name + ".p12";
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keystore",
        store,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-validity",
        "2");
    keytool("-certreq", "-alias", name, "-keystore", store, "-file", name + ".csr");
    keytool(
        "-gencert",
        "-rfc",
        "-alias",
        "ca",
        "-keystore",
        "ca.p12",
        "-infile",
        name + ".csr",
        "-outfile",
        name + ".pem",
        "-ext",
        "san=ip:127.0.0.1,dns:localhost",
        "-validity",
        "2");
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(directory.resolve(store))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
    Certificate any = keys.getCertificate(name);
    if (any == null) {
      throw new IOException("keytool made no certificate for " + name);
    }
    Files.writeString(
        key(name),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
            + "\n-----END PRIVATE KEY-----\n");
    return this;
  }

  public Path certificate(String name) {
    return directory.resolve(name + ".pem");
  }

  public Path key(String name) {
    return directory.resolve(name + ".key");
  }

  /** The line {@code tls: {...}} of a node's file. */
  public String tls(String name) {
    return "tls: {certificate: \"%s\", key: \"%s\", authority: \"%s\"}\n"
        .formatted(certificate(name), key(name), authority());
  }

  private void keytool(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes());
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
