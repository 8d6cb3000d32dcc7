package org.quorate.assembly;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

/**
 * Which jars may be deployed: those on a list of SHA-256, and those of which every entry is signed by
 * somebody whose certificate leads to one of the trusted ones. The files are read at each question,
 * so a change counts at once. Blocks.
 *
 * @param certificates file of trusted certificates in PEM; null for none
 * @param allowed file with one SHA-256 in each line, {@code #} begins a comment; null for none
 */
public record Trust(Path certificates, Path allowed) {
  /** Nothing may be deployed. */
  public static final Trust NONE = new Trust(null, null);

  /** Whether anything can be deployed at all. */
  public boolean any() {
    return certificates != null || allowed != null;
  }

  /**
   * Why a jar may not be deployed, or null.
   *
   * @param sha256 its hash, checked already
   */
  public String objection(Path jar, String sha256) {
    try {
      if (allowed != null && listed(sha256)) {
        return null;
      }
      String unsigned =
          certificates == null
              ? "no certificates are configured that could have signed it"
              : signature(jar);
      String unlisted = allowed == null ? "" : " and its SHA-256 is not in " + allowed;
      return unsigned == null ? null : unsigned + unlisted;
    } catch (IOException e) {
      return "it cannot be checked: " + e;
    }
  }

  private boolean listed(String sha256) throws IOException {
    return Files.readAllLines(allowed).stream()
        .map(line -> line.replaceFirst("#.*", "").strip().split("\\s+")[0])
        .anyMatch(sha256::equals);
  }

  /** Null if everything in it is signed by somebody trusted. */
  private String signature(Path file) throws IOException {
    Set<TrustAnchor> anchors = anchors();
    Set<CodeSigner> trusted = new HashSet<>();
    Set<String> names = new HashSet<>();
    try (JarFile jar = new JarFile(file.toFile(), true)) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        if (!names.add(entry.getName())) {
          return "entry " + entry.getName() + " is in it twice";
        }
        if (entry.isDirectory() || isOfSignature(entry.getName())) {
          continue;
        }
        try (InputStream in = jar.getInputStream(entry)) {
          in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        CodeSigner[] signers = entry.getCodeSigners();
        if (signers == null) {
          return "entry " + entry.getName() + " is not signed";
        }
        String distrust = distrust(List.of(signers), anchors, trusted);
        if (distrust != null) {
          return "entry " + entry.getName() + ": " + distrust;
        }
      }
      return null;
    } catch (SecurityException e) {
      return "its signature does not hold: " + e.getMessage();
    }
  }

  /** Null if one of the signers is trusted. */
  private static String distrust(
      Collection<CodeSigner> signers, Set<TrustAnchor> anchors, Set<CodeSigner> trusted) {
    String why = null;
    for (CodeSigner signer : signers) {
      if (trusted.contains(signer)) {
        return null;
      }
      why = path(signer, anchors);
      if (why == null) {
        trusted.add(signer);
        return null;
      }
    }
    return why;
  }

  private static String path(CodeSigner signer, Set<TrustAnchor> anchors) {
    List<? extends Certificate> chain = signer.getSignerCertPath().getCertificates();
    X509Certificate leaf = (X509Certificate) chain.get(0);
    String who = leaf.getSubjectX500Principal().getName();
    try {
      leaf.checkValidity();
      if (anchors.stream().anyMatch(a -> a.getTrustedCert().equals(leaf))) {
        return null;
      }
      PKIXParameters parameters = new PKIXParameters(anchors);
      parameters.setRevocationEnabled(false);
      // An anchor that the signer put into the chain itself is no part of the path.
      List<? extends Certificate> path =
          chain.stream()
              .filter(c -> anchors.stream().noneMatch(a -> a.getTrustedCert().equals(c)))
              .collect(Collectors.toList());
      CertPathValidator.getInstance("PKIX")
          .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
      return null;
    } catch (GeneralSecurityException e) {
      return "its signer " + who + " is not trusted: " + e.getMessage();
    }
  }

  private Set<TrustAnchor> anchors() throws IOException {
    try (InputStream in = Files.newInputStream(certificates)) {
      Set<TrustAnchor> anchors = new HashSet<>();
      for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        anchors.add(new TrustAnchor((X509Certificate) each, null));
      }
      if (anchors.isEmpty()) {
        throw new IOException(certificates + " holds no certificate");
      }
      return anchors;
    } catch (GeneralSecurityException e) {
      throw new IOException(certificates + ": " + e.getMessage(), e);
    }
  }

  private static boolean isOfSignature(String name) {
    return name.matches("(?i)META-INF/(MANIFEST\\.MF|[^/]*\\.(SF|RSA|DSA|EC)|SIG-[^/]*)");
  }
}
