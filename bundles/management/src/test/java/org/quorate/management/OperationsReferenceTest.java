package org.quorate.management;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OperationsReferenceTest {
  @Test
  void everyAddressWithWhatIsSentAndAnswered() throws IOException {
    StringBuilder table =
        new StringBuilder(
            "| address | body | answer | least role | does |\n|---|---|---|---|---|\n");
    for (Operation op : Operations.table().all()) {
      table
          .append("| `")
          .append(op.address())
          .append("` | ")
          .append(op.sent().stream().map(a -> text(a)).collect(Collectors.joining(", ")))
          .append(" | ")
          .append(op.many() ? "list of " : "")
          .append(
              Arrays.stream(op.result().getRecordComponents())
                  .map(c -> "`" + c.getName() + "`")
                  .collect(Collectors.joining(" ")))
          .append(" | ")
          .append(op.access().role().name().toLowerCase(Locale.ROOT))
          .append(" | ")
          .append(op.description())
          .append(" |\n");
    }
    DocumentedTable.check("operations.md", "operations", table.toString());
  }

  private static String text(Argument a) {
    String name = "`" + a.name() + "`";
    if (a.required()) {
      return "**" + name + "**";
    }
    return a.fallback() == null || a.fallback().isEmpty() ? name : name + " = " + a.fallback();
  }
}
