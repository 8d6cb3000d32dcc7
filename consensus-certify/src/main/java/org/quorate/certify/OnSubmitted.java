package org.quorate.certify;

import java.util.List;
import org.quorate.spi.consensus.Refusal;
import org.quorate.spi.consensus.Submission;

/** Takes what is submitted at any member of the primary component, or says at once that it does not. */
final class OnSubmitted {
  private final Certify certify;

  OnSubmitted(Certify certify) {
    this.certify = certify;
  }

  void handle(List<Submission> submissions) {
    int count = submissions.size();
    for (int i = 0; i < count; i++) {
      Submission submission = submissions.get(i);
      Refusal why = objection(submission.payload().length());
      if (why == null) {
        certify.own.submit(submission);
      } else {
        certify.out.refuse(submission, why);
      }
    }
  }

  private Refusal objection(int length) {
    if (!certify.mayPropose()) {
      String unfit = certify.unfit();
      return new Refusal.NotProposer(certify.hint(), unfit == null ? "" : unfit);
    }
    if (length > certify.options.maxEntryBytes()) {
      return new Refusal.Invalid(
          length
              + " bytes are over "
              + CertifyOptions.ENTRY_MAX_BYTES.name()
              + "="
              + certify.options.maxEntryBytes());
    }
    long pending = certify.own.bytes();
    if (pending > 0 && pending + length > certify.options.pendingBytes()) {
      return new Refusal.Busy(CertifyOptions.PENDING_BYTES.name(), certify.options.heartbeatMs());
    }
    return certify.own.count() < certify.flow.credit()
        ? null
        : new Refusal.Busy(CertifyOptions.LAG_SLOTS.name(), certify.options.heartbeatMs());
  }
}
