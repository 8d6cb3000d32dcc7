package org.quorate.assembly;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
  @TempDir Path dir;

  private final byte[] content = "0123456789".getBytes(java.nio.charset.StandardCharsets.UTF_8);

  private String sha256() throws Exception {
    return Artifacts.sha256(Files.write(dir.resolve("x"), content));
  }

  private static String message(Runnable work) {
    return assertThrows(AssemblyException.class, work::run).getMessage();
  }

  @Test
  void aJarIsThereOnceAllOfItIs() throws Exception {
    Artifacts artifacts = new Artifacts(dir.resolve("a"));
    String sha = sha256();
    assertFalse(artifacts.append(sha, 10, 0, Arrays.copyOf(content, 4)));
    assertNull(artifacts.find(sha));
    assertTrue(
        message(() -> artifacts.append(sha, 10, 6, new byte[4])).contains("begins at 4, not at 6"));
    assertFalse(artifacts.append(sha, 10, 0, Arrays.copyOf(content, 5)), "it begins anew");
    assertTrue(artifacts.append(sha, 10, 5, Arrays.copyOfRange(content, 5, 10)));
    assertEquals(10, artifacts.size(sha));
    assertArrayEquals(Arrays.copyOfRange(content, 7, 10), artifacts.read(sha, 7, 100));
    assertEquals(0, artifacts.read(sha, 10, 100).length);
  }

  @Test
  void anotherContentIsRefusedAndGone() throws Exception {
    Artifacts artifacts = new Artifacts(dir.resolve("a"));
    String sha = sha256();
    assertTrue(message(() -> artifacts.append(sha, 4, 0, new byte[4])).contains("has SHA-256"));
    assertNull(artifacts.find(sha));
    assertTrue(message(() -> artifacts.find("../../etc/passwd")).contains("no SHA-256"));
    assertTrue(message(() -> artifacts.append(sha, 0, 0, new byte[0])).contains("1 to"));
  }

  @Test
  void whatIsNeitherNeededNorNewIsDeleted() throws Exception {
    Path folder = dir.resolve("a");
    Artifacts artifacts = new Artifacts(folder);
    String needed = sha256();
    artifacts.append(needed, 10, 0, content);
    Path old = Files.write(dir.resolve("old"), new byte[] {1});
    Path fresh = Files.write(dir.resolve("fresh"), new byte[] {2});
    String oldHash = artifacts.add(old);
    String freshHash = artifacts.add(fresh);
    artifacts.append("ab".repeat(32), 10, 0, new byte[3]);
    Instant now = Instant.now();
    for (String left : List.of(oldHash + ".jar", "ab".repeat(32) + ".part", needed + ".jar")) {
      Files.setLastModifiedTime(folder.resolve(left), FileTime.from(now.minusSeconds(100)));
    }
    assertEquals(2, artifacts.retain(Set.of(needed), now.minusSeconds(50)));
    assertNull(artifacts.find(oldHash));
    assertTrue(artifacts.find(freshHash) != null && artifacts.find(needed) != null);
    assertFalse(Files.exists(folder.resolve("ab".repeat(32) + ".part")));
  }

  @Test
  @Timeout(
      value = 60,
      unit = TimeUnit.SECONDS,
      threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // such a read has no end
  void whatIsNoFileIsNotRead() {
    Artifacts artifacts = new Artifacts(dir.resolve("a"));
    for (String endless : List.of("/dev/zero", dir.toString(), dir.resolve("none").toString())) {
      assertTrue(message(() -> artifacts.add(Path.of(endless))).contains("is no file of at most"));
    }
  }

  @Test
  void anAssemblyIsAFeature() {
    BundleEntry entry = new BundleEntry("org.x", "1.2.3.q", "ab".repeat(32), 7);
    Assembly assembly = new Assembly(4, List.of(entry));
    assertEquals(assembly, FeatureJson.read(FeatureJson.write(assembly)));
    String twice = FeatureJson.write(assembly).replace("\"bundles\"", "\"extensions\"");
    assertTrue(message(() -> FeatureJson.read(twice)).contains("'extensions' cannot be deployed"));
    assertTrue(message(() -> FeatureJson.read("{")).contains("does not parse"));
  }
}
