package org.quorate.runtime.auth;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.quorate.runtime.api.AccessRole;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.config.ConfigException;
import org.quorate.runtime.config.UsersFile;
import org.quorate.runtime.config.UsersFile.User;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who may use a node and as what. A credential is a token, or {@code name:password}. Tokens are
 * looked up by their hash, which takes as long for a wrong one as for a right one; passwords are
 * checked on a worker, and those that were right are remembered by a hash until the file changes.
 * Thread-safe; never blocks, except {@link #refresh}.
 */
public final class Credentials {
  private static final Logger LOG = LoggerFactory.getLogger(Credentials.class);

  /** Password checks under way at once: they cost a tenth of a second of a core each. */
  private static final int MAX_CHECKS = 2;

  private static final int REMEMBERED = 1000;

  private record Known(Map<String, AccessRole> tokens, Map<String, User> users, FileTime read) {}

  private final String adminToken;
  private final Path file;
  private final Executor workers;
  private final AtomicInteger checks = new AtomicInteger();
  private final Map<String, AccessRole> right = new ConcurrentHashMap<>();
  private volatile Known known;

  /**
   * Reads the file.
   *
   * @param adminToken token of the node's own file, empty for none
   * @param file null for none; without both everyone may do everything
   * @param workers where passwords are checked
   * @throws ConfigException if the file is refused
   */
  public Credentials(String adminToken, Path file, Executor workers) {
    this.adminToken = adminToken;
    this.file = file;
    this.workers = workers;
    this.known = read();
  }

  private Known read() {
    Map<String, AccessRole> tokens = new HashMap<>();
    Map<String, User> users = new HashMap<>();
    if (!adminToken.isEmpty()) {
      tokens.put(Secrets.ofToken(adminToken), AccessRole.ADMIN);
    }
    if (file == null) {
      return new Known(tokens, users, null);
    }
    FileTime changed = changed();
    List<User> all = UsersFile.read(file, Secrets::passwordProblem, Secrets::tokenProblem);
    for (User user : all) {
      if (!user.password().isEmpty()) {
        users.put(user.name(), user);
      }
      if (!user.token().isEmpty()) {
        tokens.put(user.token(), user.role());
      }
    }
    return new Known(tokens, users, changed);
  }

  private FileTime changed() {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }

  /** Reads the file again if it has changed; one that is refused changes nothing. Blocks. */
  public void refresh() {
    try {
      if (file != null && !changed().equals(known.read())) {
        known = read();
        right.clear();
        LOG.info("read {} again", file);
      }
    } catch (ConfigException e) {
      LOG.error("those who may use the node stay as they were: {}", e.getMessage());
    }
  }

  /** Whether nobody has to say who he is. */
  public boolean open() {
    return adminToken.isEmpty() && file == null;
  }

  /**
   * What a caller may do.
   *
   * @param credential a token, {@code name:password}, or empty
   * @return empty if it is not known; fails with {@link ControlException} UNAVAILABLE when too many
   *     passwords are being checked
   */
  public CompletableFuture<Optional<AccessRole>> check(String credential) {
    if (open()) {
      return CompletableFuture.completedFuture(Optional.of(AccessRole.ADMIN));
    }
    Known now = known;
    String hash = Secrets.ofToken(credential);
    AccessRole role = now.tokens().get(hash);
    if (role == null) {
      role = right.get(hash);
    }
    int colon = credential.indexOf(':');
    if (role != null || colon < 0) {
      return CompletableFuture.completedFuture(Optional.ofNullable(role));
    }
    User user = now.users().get(credential.substring(0, colon));
    if (user == null) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return checkPassword(now, user, credential.substring(colon + 1), hash);
  }

  private CompletableFuture<Optional<AccessRole>> checkPassword(
      Known now, User user, String password, String hash) {
    CompletableFuture<Optional<AccessRole>> answer = new CompletableFuture<>();
    if (checks.incrementAndGet() > MAX_CHECKS) {
      checks.decrementAndGet();
      answer.completeExceptionally(
          new ControlException(
              ControlException.Code.UNAVAILABLE,
              "too many passwords are being checked: try again, or use a token"));
      return answer;
    }
    workers.execute(
        () -> {
          boolean matches;
          try {
            matches = Secrets.matches(password, user.password());
          } finally {
            checks.decrementAndGet();
          }
          if (matches && known == now) {
            if (right.size() >= REMEMBERED) {
              right.clear();
            }
            right.put(hash, user.role());
          }
          answer.complete(matches ? Optional.of(user.role()) : Optional.empty());
        });
    return answer;
  }
}
