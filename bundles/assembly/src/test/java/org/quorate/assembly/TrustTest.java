package org.quorate.assembly;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jars signed with the tools of the JDK: by whom we trust, by another, not, and tampered with. */
class TrustTest {
  private static final String PASSWORD = "changeit";

  @TempDir Path dir;
  private Path certificates;
  private Path signed;

  private void run(String tool, String... arguments) throws Exception {
    Path program = Path.of(System.getProperty("java.home"), "bin", tool);
    String[] command = new String[arguments.length + 1];
    command[0] = program.toString();
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("out").toFile())
            .start();
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), tool);
    assertEquals(0, process.exitValue(), Files.readString(dir.resolve("out")));
  }

  private void key(String name) throws Exception {
    String[] options = {
      "-genkeypair", "-keystore", dir.resolve(name + ".p12").toString(), "-storepass", PASSWORD
    };
    String[] more = {"-alias", name, "-keyalg", "EC", "-dname", "CN=" + name, "-validity", "30"};
    String[] all = Arrays.copyOf(options, options.length + more.length);
    System.arraycopy(more, 0, all, options.length, more.length);
    run("keytool", all);
  }

  private Path sign(Path jar, String by) throws Exception {
    Path target = dir.resolve(by + "-" + jar.getFileName());
    run(
        "jarsigner",
        "-keystore",
        dir.resolve(by + ".p12").toString(),
        "-storepass",
        PASSWORD,
        "-signedjar",
        target.toString(),
        jar.toString(),
        by);
    return target;
  }

  private Path jar() throws IOException {
    Path file = dir.resolve("a.jar");
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\n\r\n");
      entry(zip, "a/A.txt", "one");
    }
    return file;
  }

  private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(text.getBytes(StandardCharsets.UTF_8));
    zip.closeEntry();
  }

  /** The same jar with other content in an entry, or with one more. */
  private Path tampered(Path jar, String name) throws IOException {
    Path file = dir.resolve("tampered.jar");
    try (JarFile from = new JarFile(jar.toFile(), false);
        ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      boolean replaced = false;
      for (var each : Collections.list(from.entries())) {
        zip.putNextEntry(new ZipEntry(each.getName()));
        replaced |= each.getName().equals(name);
        if (each.getName().equals(name)) {
          zip.write("evil".getBytes(StandardCharsets.UTF_8));
        } else {
          from.getInputStream(each).transferTo(zip);
        }
        zip.closeEntry();
      }
      if (!replaced) {
        entry(zip, name, "evil");
      }
    }
    return file;
  }

  @BeforeEach
  void keys() throws Exception {
    key("good");
    key("other");
    certificates = dir.resolve("good.pem");
    run(
        "keytool",
        "-exportcert",
        "-rfc",
        "-keystore",
        dir.resolve("good.p12").toString(),
        "-storepass",
        PASSWORD,
        "-alias",
        "good",
        "-file",
        certificates.toString());
    signed = sign(jar(), "good");
  }

  private String objection(Trust trust, Path jar) throws IOException {
    return trust.objection(jar, Artifacts.sha256(jar));
  }

  @Test
  void onlyWhatATrustedSignerSignedAsAWhole() throws Exception {
    Trust trust = new Trust(certificates, null);
    assertNull(objection(trust, signed));
    assertTrue(objection(trust, jar()).contains("a/A.txt is not signed"));
    assertTrue(objection(trust, sign(jar(), "other")).contains("CN=other is not trusted"));
    String changed = objection(trust, tampered(signed, "a/A.txt"));
    assertTrue(changed.contains("does not hold"), changed);
    assertTrue(objection(trust, tampered(signed, "a/B.txt")).contains("a/B.txt is not signed"));
  }

  @Test
  void orWhatIsOnTheList() throws Exception {
    Path list = dir.resolve("allow.txt");
    Path jar = jar();
    Files.writeString(list, "# jars of ours\n\n" + Artifacts.sha256(signed) + "  signed\n");
    Trust trust = new Trust(null, list);
    assertNull(objection(trust, signed));
    assertTrue(objection(trust, jar).contains("is not in " + list), objection(trust, jar));
    Files.writeString(list, Artifacts.sha256(jar) + "\n");
    assertNull(objection(trust, jar), "a change counts at once");
    assertTrue(Trust.NONE.objection(jar, Artifacts.sha256(jar)) != null);
  }
}
