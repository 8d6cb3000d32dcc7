package org.quorate.management;

import java.util.ArrayList;
import java.util.List;

/** The table of all operations. */
public final class Operations {
  private static final OperationTable TABLE = build();

  private Operations() {}

  /** The one table from which every surface is generated. */
  public static OperationTable table() {
    return TABLE;
  }

  private static OperationTable build() {
    List<Operation> all = new ArrayList<>();
    all.addAll(NodeOperations.all());
    all.addAll(GroupOperations.all());
    all.addAll(SwapOperations.all());
    all.addAll(ForkOperations.all());
    all.addAll(StorageOperations.all());
    all.addAll(KvOperations.all());
    all.addAll(CoordOperations.all());
    all.addAll(CoordSwapOperations.all());
    all.addAll(FailoverOperations.all());
    all.addAll(OpOperations.all());
    all.addAll(AssemblyOperations.all());
    return new OperationTable(all);
  }
}
