package org.quorate.coordinator.kv;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.quorate.api.Bytes;
import org.quorate.api.wire.Decoder;
import org.quorate.api.wire.Encoder;
import org.quorate.spi.coordination.SessionInfo;
import org.quorate.spi.coordination.SessionSpec.OnEnd;

/**
 * What is stored of a session.
 *
 * @param secretHash SHA-256 of the secret: who reads the keys does not learn it
 */
record SessionRecord(
    Bytes secretHash, String name, String client, long ttlMs, OnEnd onEnd, long openedAtMs) {
  Bytes encode() {
    return new Encoder()
        .bytes(secretHash)
        .text(name)
        .text(client)
        .varint(ttlMs)
        .u8(onEnd.ordinal())
        .varint(openedAtMs)
        .take();
  }

  static SessionRecord decode(Bytes bytes) {
    Decoder in = new Decoder(bytes);
    return new SessionRecord(
        in.bytes(), in.text(), in.text(), in.varint(), OnEnd.values()[in.u8()], in.varint());
  }

  SessionInfo info(long id) {
    return new SessionInfo(id, name, client, ttlMs, onEnd, openedAtMs);
  }

  boolean isSecret(Bytes secret) {
    return MessageDigest.isEqual(secretHash.toByteArray(), hash(secret).toByteArray());
  }

  static Bytes hash(Bytes secret) {
    try {
      return Bytes.wrap(MessageDigest.getInstance("SHA-256").digest(secret.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
