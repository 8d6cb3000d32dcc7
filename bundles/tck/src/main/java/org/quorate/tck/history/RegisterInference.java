package org.quorate.tck.history;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.quorate.tck.history.Anomaly.Kind;

/**
 * Dependencies of writes and reads of registers. Which write followed which is known where a
 * transaction read a register before it wrote it, or from the versions of the commits.
 */
final class RegisterInference {
  private record Seen(int reader, long value) {}

  private static final class Register {
    final Writers writers = new Writers();
    final List<Seen> seen = new ArrayList<>();
    final Map<Integer, Long> readBy = new HashMap<>();
  }

  private final Findings findings;
  private final Map<String, Register> registers = new TreeMap<>();

  RegisterInference(Findings findings) {
    this.findings = findings;
  }

  void run() {
    for (int t = 0; t < findings.history.size(); t++) {
      for (Operation operation : findings.history.get(t).operations()) {
        if (operation instanceof Operation.Write write) {
          if (write.value() == 0) {
            throw new IllegalArgumentException(
                "a write of 0 to " + write.key() + ": 0 stands for a register never written");
          }
          register(write.key()).writers.wrote(write.key(), write.value(), t);
        }
      }
    }
    for (int t = 0; t < findings.history.size(); t++) {
      if (findings.committed(t)) {
        reads(t);
      }
    }
    registers.forEach(this::judge);
    registers.forEach(this::connect);
  }

  private Register register(String key) {
    return registers.computeIfAbsent(key, k -> new Register());
  }

  private void reads(int transaction) {
    Map<String, Long> known = new HashMap<>();
    for (Operation operation : findings.history.get(transaction).operations()) {
      if (operation instanceof Operation.Write write) {
        known.put(write.key(), write.value());
      } else if (operation instanceof Operation.Read read) {
        Long expected = known.putIfAbsent(read.key(), read.value());
        if (expected != null && expected != read.value()) {
          findings.tell(
              Kind.INTERNAL, findings.text(transaction) + " contradicts itself in " + read);
        } else if (expected == null) {
          Register register = register(read.key());
          register.seen.add(new Seen(transaction, read.value()));
          register.readBy.put(transaction, read.value());
        }
      }
    }
  }

  private void judge(String key, Register register) {
    Map<Long, Integer> replacedBy = new HashMap<>();
    for (Seen seen : register.seen) {
      if (seen.value != 0) {
        int writer = register.writers.of(seen.value);
        findings.seen(key, seen.value, writer, seen.reader);
        if (writer >= 0 && register.writers.last(writer) != seen.value) {
          findings.intermediate(key, seen.value, writer, seen.reader);
        }
      }
      if (register.writers.last(seen.reader) != null) {
        Integer other = replacedBy.putIfAbsent(seen.value, seen.reader);
        if (other != null) {
          findings.lostUpdate(key, seen.value, other, seen.reader);
        }
      }
    }
  }

  private void connect(String key, Register register) {
    Map<Long, List<Integer>> next = new HashMap<>();
    List<Integer> writers =
        register.writers.lasts().keySet().stream().filter(findings::effective).sorted().toList();
    if (writers.stream().allMatch(t -> findings.history.get(t).version() > 0)) {
      long before = 0;
      for (int writer :
          writers.stream()
              .sorted(Comparator.comparingLong(t -> findings.history.get(t).version()))
              .toList()) {
        next.computeIfAbsent(before, v -> new ArrayList<>(1)).add(writer);
        before = register.writers.last(writer);
      }
    } else {
      for (int writer : writers) {
        // Of those that wrote without reading, it is known only that they came after the beginning.
        long before = register.readBy.getOrDefault(writer, 0L);
        next.computeIfAbsent(before, v -> new ArrayList<>(1)).add(writer);
      }
    }
    next.forEach(
        (before, after) -> {
          int writer = register.writers.of(before);
          if (writer >= 0) {
            for (int to : after) {
              long value = register.writers.last(to);
              findings.edges.add(writer, to, Dependencies.WW, key, value);
            }
          }
        });
    for (Seen seen : register.seen) {
      int writer = register.writers.of(seen.value);
      if (writer >= 0) {
        findings.edges.add(writer, seen.reader, Dependencies.WR, key, seen.value);
      }
      for (int to : next.getOrDefault(seen.value, List.of())) {
        long value = register.writers.last(to);
        findings.edges.add(seen.reader, to, Dependencies.RW, key, value);
      }
    }
  }
}
