package org.quorate.runtime.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * How secrets are kept: a password as {@code pbkdf2-sha256:ITERATIONS:SALT:HASH} (base64), a random
 * token as {@code sha256:HEX}.
 */
public final class Secrets {
  /** Of a new password; a check takes about a tenth of a second. */
  public static final int ITERATIONS = 210_000;

  private static final int MIN_ITERATIONS = 10_000;
  private static final int MAX_ITERATIONS = 5_000_000;
  private static final String PASSWORD = "pbkdf2-sha256";
  private static final String TOKEN = "sha256:";
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;
  private static final int TOKEN_BYTES = 24;

  private Secrets() {}

  /** A new random token. */
  public static String newToken() {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** What a file keeps of a token. */
  public static String ofToken(String token) {
    return TOKEN + HexFormat.of().formatHex(sha256(token));
  }

  /** What a file keeps of a password; takes a while. */
  public static String ofPassword(String password) {
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    Base64.Encoder base64 = Base64.getEncoder();
    return PASSWORD
        + ":"
        + ITERATIONS
        + ":"
        + base64.encodeToString(salt)
        + ":"
        + base64.encodeToString(pbkdf2(password, salt, ITERATIONS));
  }

  /** Why a kept token is none, or null. */
  static String tokenProblem(String kept) {
    return kept.matches("sha256:[0-9a-f]{64}") ? null : "must be sha256: and 64 hexadecimal digits";
  }

  /** Why a kept password is none, or null. */
  static String passwordProblem(String kept) {
    String[] parts = kept.split(":");
    try {
      int iterations = parts.length == 4 ? Integer.parseInt(parts[1]) : 0;
      if (parts.length == 4
          && parts[0].equals(PASSWORD)
          && iterations >= MIN_ITERATIONS
          && iterations <= MAX_ITERATIONS
          && Base64.getDecoder().decode(parts[2]).length >= SALT_BYTES
          && Base64.getDecoder().decode(parts[3]).length == HASH_BYTES) {
        return null;
      }
    } catch (IllegalArgumentException e) {
      // Falls through to the one message that says what is wanted.
    }
    return "must be "
        + PASSWORD
        + ":ITERATIONS:SALT:HASH with "
        + MIN_ITERATIONS
        + " to "
        + MAX_ITERATIONS
        + " iterations; 'quorate credential' makes one";
  }

  /** Whether a password is the kept one, which has no problem; takes a while, right or wrong. */
  static boolean matches(String password, String kept) {
    String[] parts = kept.split(":");
    byte[] salt = Base64.getDecoder().decode(parts[2]);
    return MessageDigest.isEqual(
        pbkdf2(password, salt, Integer.parseInt(parts[1])), Base64.getDecoder().decode(parts[3]));
  }

  static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static byte[] pbkdf2(String password, byte[] salt, int iterations) {
    try {
      PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, HASH_BYTES * 8);
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA256", e);
    }
  }
}
