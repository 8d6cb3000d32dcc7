package org.quorate.runtime.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.quorate.runtime.api.AccessRole;

/** Reads the file of those who may use a node; what is not understood is refused with its place. */
public final class UsersFile {
  /** Why a kept secret is not in order, or null. */
  public interface Check {
    String problem(String kept);
  }

  /**
   * Someone who may use a node.
   *
   * @param password as it is kept, or empty
   * @param token as it is kept, or empty
   */
  public record User(String name, AccessRole role, String password, String token) {}

  private UsersFile() {}

  /**
   * Reads a file: {@code users: [{name: ann, role: admin, password: "...", token: "..."}]}.
   *
   * @throws ConfigException if it is not there or anything in it is refused
   */
  public static List<User> read(Path file, Check password, Check token) {
    String content;
    try {
      content = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
    Entry root = Entry.parse(file.toString(), content);
    List<User> users = new ArrayList<>();
    Entry list = root.fields("users").get("users");
    if (list == null) {
      throw root.error("the key 'users' is missing");
    }
    for (Entry item : list.items()) {
      User user = user(item, password, token);
      if (users.stream().anyMatch(u -> u.name().equals(user.name()))) {
        throw item.error("user '" + user.name() + "' is listed twice");
      }
      users.add(user);
    }
    return users;
  }

  private static User user(Entry item, Check password, Check token) {
    Map<String, Entry> fields = item.fields("name", "role", "password", "token");
    for (String needed : List.of("name", "role")) {
      if (!fields.containsKey(needed)) {
        throw item.error("the key '" + needed + "' is missing");
      }
    }
    if (!fields.containsKey("password") && !fields.containsKey("token")) {
      throw item.error("needs a password or a token");
    }
    String name = fields.get("name").text();
    if (!name.matches("[A-Za-z0-9._-]{1,63}")) {
      throw fields.get("name").error("'" + name + "' is not 1 to 63 of A-Z a-z 0-9 . _ -");
    }
    return new User(
        name,
        role(fields.get("role")),
        kept(fields.get("password"), password),
        kept(fields.get("token"), token));
  }

  private static AccessRole role(Entry entry) {
    for (AccessRole role : AccessRole.values()) {
      if (role.word().equals(entry.text().toLowerCase(Locale.ROOT))) {
        return role;
      }
    }
    throw entry.error("'" + entry.text() + "' is none of viewer, operator, admin");
  }

  private static String kept(Entry entry, Check check) {
    if (entry == null) {
      return "";
    }
    String problem = check.problem(entry.text());
    if (problem != null) {
      throw entry.error(problem);
    }
    return entry.text();
  }
}
