package org.quorate.storage.mapdb;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import org.mapdb.DataInput2;
import org.mapdb.DataOutput2;
import org.mapdb.Serializer;
import org.mapdb.serializer.GroupSerializer;

/**
 * Reads what {@link Serializer#BYTE_ARRAY} writes, without an object for each key and value of a tree
 * node: a group is where they are in the page. A look-up needs one of the two dozen. To read from
 * pages that do not change.
 */
final class PackedGroup implements GroupSerializer<byte[]> {
  static final PackedGroup READER = new PackedGroup();

  /** Elements of an array; start and end of each. */
  private record Group(byte[] array, int[] places) {
    int size() {
      return places.length / 2;
    }

    byte[] get(int at) {
      return Arrays.copyOfRange(array, places[2 * at], places[2 * at + 1]);
    }

    int compare(int at, byte[] other) {
      return Arrays.compareUnsigned(
          array, places[2 * at], places[2 * at + 1], other, 0, other.length);
    }
  }

  private static final Group EMPTY = new Group(new byte[0], new int[0]);

  private PackedGroup() {}

  @Override
  public Object valueArrayDeserialize(DataInput2 in, int size) throws IOException {
    byte[] array = in.internalByteArray();
    int count = in.unpackInt();
    int[] places = new int[2 * count];
    for (int i = 0; i < count; i++) {
      int length = in.unpackInt();
      int from = in.getPos();
      if (length < 0 || length > array.length - from) {
        throw new IOException("element of " + length + " bytes at " + from + " of a tree node");
      }
      places[2 * i] = from;
      places[2 * i + 1] = from + length;
      in.setPos(from + length);
    }
    return new Group(array, places);
  }

  @Override
  public int valueArraySearch(Object group, byte[] key) {
    Group keys = (Group) group;
    int low = 0;
    int high = keys.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = keys.compare(middle, key);
      if (order == 0) {
        return middle;
      }
      low = order < 0 ? middle + 1 : low;
      high = order < 0 ? high : middle - 1;
    }
    return -(low + 1);
  }

  @Override
  @SuppressWarnings("rawtypes")
  public int valueArraySearch(Object group, byte[] key, Comparator order) {
    return valueArraySearch(group, key);
  }

  @Override
  public byte[] valueArrayGet(Object group, int at) {
    return ((Group) group).get(at);
  }

  @Override
  public int valueArraySize(Object group) {
    return ((Group) group).size();
  }

  @Override
  public Object valueArrayEmpty() {
    return EMPTY;
  }

  @Override
  public Object valueArrayCopyOfRange(Object group, int from, int to) {
    Group all = (Group) group;
    return new Group(all.array(), Arrays.copyOfRange(all.places(), 2 * from, 2 * to));
  }

  @Override
  public boolean isTrusted() {
    return true;
  }

  @Override
  public int compare(byte[] one, byte[] other) {
    return Arrays.compareUnsigned(one, other);
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("this tree is to read from");
  }

  @Override
  public byte[] deserialize(DataInput2 in, int available) {
    throw readOnly();
  }

  @Override
  public void serialize(DataOutput2 out, byte[] value) {
    throw readOnly();
  }

  @Override
  public void valueArraySerialize(DataOutput2 out, Object group) {
    throw readOnly();
  }

  @Override
  public Object valueArrayPut(Object group, int at, byte[] value) {
    throw readOnly();
  }

  @Override
  public Object valueArrayUpdateVal(Object group, int at, byte[] value) {
    throw readOnly();
  }

  @Override
  public Object valueArrayFromArray(Object[] values) {
    throw readOnly();
  }

  @Override
  public Object valueArrayDeleteValue(Object group, int at) {
    throw readOnly();
  }
}
