package org.quorate.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.quorate.api.GroupId;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/** What a node knows of its groups before it opens them, in small files of each. Blocks. */
final class ManifestStore {
  private static final CheckedFile MANIFEST =
      new CheckedFile(0x51474d31, "manifest", GroupManifest.NEWEST_FORMAT); // QGM1
  private static final CheckedFile STORAGE =
      new CheckedFile(0x51475331, "storage mark", StorageChoice.FORMAT); // QGS1
  private static final String SUFFIX = ".manifest";

  private final Path dir;

  ManifestStore(Path dataDir) {
    dir = dataDir.resolve("groups");
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new StorageException(Kind.IO, dir + ": " + e, e);
    }
  }

  /** All manifests, by name. */
  List<GroupManifest> load() {
    try (Stream<Path> files = Files.list(dir)) {
      List<GroupManifest> all = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList()) {
        all.add(MANIFEST.read(file, GroupManifest::decode));
      }
      return all;
    } catch (IOException e) {
      throw new StorageException(Kind.IO, dir + ": " + e, e);
    }
  }

  /** Writes one; on disk when it returns. */
  void save(GroupManifest manifest) {
    MANIFEST.write(dir.resolve(manifest.group().name() + SUFFIX), manifest.encode());
  }

  private Path storage(GroupId group) {
    return dir.resolve(group.name() + ".storage");
  }

  /** Where this node keeps its replica; as the group was created if it never moved. */
  StorageChoice storage(GroupManifest manifest) {
    Path file = storage(manifest.group());
    return Files.exists(file)
        ? STORAGE.read(file, StorageChoice::decode)
        : StorageChoice.created(manifest);
  }

  /** Writes where this node keeps its replica; on disk when it returns. */
  void save(GroupId group, StorageChoice choice) {
    STORAGE.write(storage(group), choice.encode());
  }
}
