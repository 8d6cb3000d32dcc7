package org.quorate.kv;

import org.quorate.api.Bytes;
import org.quorate.spi.state.StateView;
import org.quorate.spi.storage.StateCursor;

/** Counts reads of single records. */
final class CountingView implements StateView {
  int gets;
  private final StateView view;

  CountingView(StateView view) {
    this.view = view;
  }

  @Override
  public Bytes get(Bytes key) {
    gets++;
    return view.get(key);
  }

  @Override
  public StateCursor scan(Bytes from, Bytes to) {
    return view.scan(from, to);
  }

  @Override
  public StateCursor scanReverse(Bytes from, Bytes to) {
    return view.scanReverse(from, to);
  }

  @Override
  public long version() {
    return view.version();
  }

  @Override
  public long timeMs() {
    return view.timeMs();
  }
}
