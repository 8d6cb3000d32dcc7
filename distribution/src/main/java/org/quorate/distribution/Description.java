package org.quorate.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the assembly consists of, as an OSGi feature and as the run instructions of bnd. */
final class Description {
  private record Bundle(String name, String version, String sha256, int level) {}

  private final List<Bundle> bundles;

  private Description(List<Bundle> bundles) {
    this.bundles = bundles;
  }

  static Description of(BundleList list, Map<String, Path> placed) throws IOException {
    List<Bundle> bundles = new ArrayList<>();
    for (Map.Entry<String, Integer> each : list.levels().entrySet()) {
      Path jar = placed.get(each.getKey());
      bundles.add(new Bundle(each.getKey(), version(jar), sha256(jar), each.getValue()));
    }
    return new Description(bundles);
  }

  private static String version(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.getManifest().getMainAttributes().getValue("Bundle-Version");
    }
  }

  private static String sha256(Path jar) throws IOException {
    try (InputStream in = Files.newInputStream(jar)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(in.readAllBytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  Stream<String> feature() {
    String all =
        bundles.stream()
            .map(
                b ->
                    "    {\"id\": \"osgi:%s:%s\", \"sha256\": \"%s\", \"start-level\": %d}"
                        .formatted(b.name(), b.version(), b.sha256(), b.level()))
            .collect(Collectors.joining(",\n"));
    return Stream.of(
        "{\n  \"feature-resource-version\": \"1.0\",\n",
        "  \"id\": \"org.quorate:assembly:0\",\n",
        "  \"bundles\": [\n",
        all,
        "\n  ]\n}\n");
  }

  Stream<String> bndrun() {
    String all =
        bundles.stream()
            .map(b -> "  %s;version='[%s,%s]'".formatted(b.name(), b.version(), b.version()))
            .collect(Collectors.joining(",\\\n"));
    return Stream.of(
        "-runfw: org.apache.felix.framework\n-runee: JavaSE-17\n-runbundles: \\\n", all, "\n");
  }
}
