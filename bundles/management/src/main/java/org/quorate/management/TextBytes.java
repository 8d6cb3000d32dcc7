package org.quorate.management;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import org.quorate.api.Bytes;

/** Keys and values as text: UTF-8 where they are, Base64 where they are not. */
public enum TextBytes {
  UTF8,
  BASE64,
  HEX;

  /** The encoding of a name as operations take it: utf8, base64 or hex. */
  public static TextBytes named(String name) {
    return valueOf(name.toUpperCase(java.util.Locale.ROOT));
  }

  /** UTF8 if the bytes are well-formed, else BASE64. */
  public static TextBytes fitting(Bytes bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
      return UTF8;
    } catch (CharacterCodingException e) {
      return BASE64;
    }
  }

  /** Bytes to text. */
  public String show(Bytes bytes) {
    return switch (this) {
      case UTF8 -> bytes.utf8();
      case BASE64 -> Base64.getEncoder().encodeToString(bytes.toByteArray());
      case HEX -> HexFormat.of().formatHex(bytes.toByteArray());
    };
  }

  /**
   * Text to bytes.
   *
   * @throws OperationException BAD_REQUEST
   */
  public Bytes read(String text) {
    try {
      return switch (this) {
        case UTF8 -> Bytes.utf8(text);
        case BASE64 -> Bytes.wrap(Base64.getDecoder().decode(text));
        case HEX -> Bytes.wrap(HexFormat.of().parseHex(text));
      };
    } catch (IllegalArgumentException e) {
      throw new OperationException(
          FailureCode.BAD_REQUEST,
          "'" + text + "' is no " + name().toLowerCase(java.util.Locale.ROOT),
          "correct it or choose another encoding",
          e);
    }
  }
}
