package org.quorate.api.protocol;

/**
 * Kinds of the frames between client and node. The client speaks first, with {@link #HELLO}; every
 * later request begins with a number that the client chose and its reply repeats; replies come in
 * any order. The bodies are described in docs/reference/wire.md.
 */
public final class ClientProtocol {
  /** First bytes of a client's hello: "QCL1". */
  public static final int MAGIC = 0x51434c31;

  /** Version of the protocol above the frames. */
  public static final int VERSION = 1;

  // Client to node.
  public static final int HELLO = 0x01;
  public static final int OPEN_SESSION = 0x02;
  public static final int KEEP_ALIVE = 0x03;
  public static final int CLOSE_SESSION = 0x04;
  public static final int PROPOSE = 0x05;
  public static final int READ = 0x06;
  public static final int GROUP_INFO = 0x07;
  public static final int WATCH = 0x08;
  public static final int CANCEL = 0x09;
  public static final int PING = 0x0a;
  public static final int BOOTSTRAP = 0x0b;
  public static final int WATCH_KEYS = 0x0c;

  // Node to client.
  public static final int WELCOME = 0x41;
  public static final int REFUSED = 0x42;
  public static final int OUTCOME = 0x43;
  public static final int READ_OUTCOME = 0x44;
  public static final int GROUP_INFO_REPLY = 0x45;
  public static final int NOTIFY = 0x46;
  public static final int PONG = 0x47;
  public static final int BOOTSTRAP_REPLY = 0x48;

  private ClientProtocol() {}
}
