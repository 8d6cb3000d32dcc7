package org.quorate.runtime.node;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import org.quorate.runtime.config.NodeConfig.TlsFiles;

/** TLS of a node's ports: nodes show each other certificates, clients show a token. */
public final class Tls {
  private Tls() {}

  /**
   * What a server needs.
   *
   * @param files null for plain connections
   * @param mutual whether those who connect must show a certificate of the authority
   */
  public static NetServerOptions server(TlsFiles files, boolean mutual) {
    NetServerOptions options = new NetServerOptions();
    if (files != null) {
      options.setSsl(true).setKeyCertOptions(pair(files));
      if (mutual) {
        options.setClientAuth(ClientAuth.REQUIRED).setTrustOptions(authority(files));
      }
    }
    return options;
  }

  /** What a node that dials another needs. */
  static NetClientOptions client(TlsFiles files) {
    NetClientOptions options = new NetClientOptions();
    if (files != null) {
      options
          .setSsl(true)
          .setHostnameVerificationAlgorithm("")
          .setKeyCertOptions(pair(files))
          .setTrustOptions(authority(files));
    }
    return options;
  }

  private static PemKeyCertOptions pair(TlsFiles files) {
    return new PemKeyCertOptions().setCertPath(files.certificate()).setKeyPath(files.key());
  }

  private static PemTrustOptions authority(TlsFiles files) {
    return new PemTrustOptions().addCertPath(files.authority());
  }
}
