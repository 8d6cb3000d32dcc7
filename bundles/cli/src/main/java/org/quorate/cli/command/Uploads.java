package org.quorate.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.quorate.assembly.Artifacts;
import org.quorate.assembly.BundleEntry;
import org.quorate.assembly.FeatureJson;
import org.quorate.cli.CliException;
import org.quorate.cli.ExitCode;

/**
 * Sends jars of this machine to a node before they are deployed. A feature is sent with the jars that
 * lie beside it; what it names and is not there has to be in the cluster already.
 */
final class Uploads {
  private static final int PIECE = 1 << 20;

  private final Root root;
  private final String node;

  Uploads(Root root, String node) {
    this.root = root;
    this.node = node;
  }

  /** Names of files become the SHA-256 of what was sent, a feature its text. */
  String send(String bundles) throws InterruptedException {
    if (bundles.strip().endsWith(".json") && !bundles.contains(",")) {
      return feature(root.terminal().resolve(Path.of(bundles.strip())));
    }
    List<String> sent = new ArrayList<>();
    for (String each : bundles.split(",")) {
      String name = each.strip();
      if (BundleEntry.isSha256(name)) {
        sent.add(name);
      } else if (name.endsWith(".json")) {
        throw new CliException(
            ExitCode.USAGE,
            "a feature is deployed alone: it says all there is to be",
            "deploy " + name + " without the others");
      } else {
        sent.add(jar(root.terminal().resolve(Path.of(name))));
      }
    }
    return String.join(",", sent);
  }

  private String feature(Path file) throws InterruptedException {
    try {
      String text = Files.readString(file);
      List<String> named =
          FeatureJson.read(text).bundles().stream().map(BundleEntry::sha256).toList();
      Path folder = file.toAbsolutePath().getParent();
      try (var beside = Files.newDirectoryStream(folder, "*.jar")) {
        for (Path jar : beside) {
          if (named.contains(Artifacts.sha256(jar))) {
            jar(jar);
          }
        }
      }
      return text;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private String jar(Path file) throws InterruptedException {
    try (InputStream in = Files.newInputStream(file)) {
      String sha256 = Artifacts.sha256(file);
      long size = Files.size(file);
      long offset = 0;
      for (byte[] piece = in.readNBytes(PIECE); piece.length > 0; piece = in.readNBytes(PIECE)) {
        JsonNode answer =
            root.call(
                node,
                "assembly.upload",
                Map.of(
                    "sha256",
                    sha256,
                    "data",
                    Base64.getEncoder().encodeToString(piece),
                    "size",
                    size,
                    "offset",
                    offset));
        offset += piece.length;
        if (answer.path("done").asBoolean()) {
          break;
        }
      }
      return sha256;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static CliException unreadable(Path file, IOException e) {
    return new CliException(
        ExitCode.USAGE,
        "cannot read " + file + ": " + e,
        "name a jar or a feature of this machine, or the SHA-256 of a jar that was uploaded",
        e);
  }
}
