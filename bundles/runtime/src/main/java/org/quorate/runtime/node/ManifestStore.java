package org.quorate.runtime.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.api.wire.MalformedException;
import org.quorate.spi.storage.StorageException;
import org.quorate.spi.storage.StorageException.Kind;

/** The manifests of a node's groups, one small file each: magic, checksum, content. Blocks. */
final class ManifestStore {
  private static final int MAGIC = 0x51474d31; // QGM1
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

  /** All of them, by name. */
  List<GroupManifest> load() {
    try (Stream<Path> files = Files.list(dir)) {
      List<GroupManifest> all = new ArrayList<>();
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).sorted().toList()) {
        all.add(read(file));
      }
      return all;
    } catch (IOException e) {
      throw new StorageException(Kind.IO, dir + ": " + e, e);
    }
  }

  private static GroupManifest read(Path file) throws IOException {
    try {
      Decoder in = new Decoder(Bytes.wrap(Files.readAllBytes(file)));
      if (in.i32() != MAGIC) {
        throw new MalformedException("magic of a manifest", 0);
      }
      int sum = in.i32();
      Bytes content = in.rest();
      if (sum != checksum(content)) {
        throw new MalformedException("checksum does not hold", 4);
      }
      return GroupManifest.decode(content);
    } catch (MalformedException e) {
      throw new StorageException(Kind.CORRUPT, file + ": " + e.getMessage(), e);
    }
  }

  private static int checksum(Bytes content) {
    CRC32C crc = new CRC32C();
    crc.update(content.array(), content.arrayOffset(), content.length());
    return (int) crc.getValue();
  }

  /** Writes one; on disk when it returns. */
  void save(GroupManifest manifest) {
    Bytes content = manifest.encode();
    Encoder out = new Encoder(content.length() + 8);
    out.i32(MAGIC).i32(checksum(content)).raw(content);
    try {
      NodeHome.replace(dir.resolve(manifest.group().name() + SUFFIX), out.take().toByteArray());
    } catch (IOException e) {
      throw new StorageException(Kind.IO, "manifest of group " + manifest.group() + ": " + e, e);
    }
  }
}
