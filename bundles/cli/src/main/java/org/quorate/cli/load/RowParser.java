package org.quorate.cli.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.management.OperationException;
import org.quorate.management.TextBytes;

/** Turns records into rows. Keeps the header of CSV; one for each file. */
final class RowParser {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private final FileFormat format;
  private List<String> columns;
  private int key = -1;
  private int value = -1;

  RowParser(FileFormat format) {
    this.format = format;
  }

  /** Whether the next record is to be given to {@link #header}. */
  boolean wantsHeader() {
    return format.kind() == FileFormat.Kind.CSV && format.header() && columns == null;
  }

  /** Reads the names of the columns. */
  void header(RawRecord raw) throws BadRecord {
    columns(Csv.split(text(raw), format.delimiter()).stream().map(String::strip).toList());
  }

  private void columns(List<String> names) throws BadRecord {
    int keyAt = format.keyColumn() == null ? 0 : names.indexOf(format.keyColumn());
    int valueAt = format.valueColumn() == null ? -1 : names.indexOf(format.valueColumn());
    if (keyAt < 0) {
      throw new BadRecord(noColumn(format.keyColumn(), names));
    }
    if (format.valueColumn() != null && valueAt < 0) {
      throw new BadRecord(noColumn(format.valueColumn(), names));
    }
    columns = names;
    key = keyAt;
    value = valueAt;
  }

  private static String noColumn(String name, List<String> names) {
    return "no column '" + name + "'; there are: " + String.join(", ", names);
  }

  Row row(RawRecord raw) throws BadRecord {
    if (raw.tooLong()) {
      throw new BadRecord("longer than " + raw.content().length + " bytes, or an open quote");
    }
    return format.kind() == FileFormat.Kind.CSV ? csv(text(raw)) : json(text(raw));
  }

  private static String text(RawRecord raw) throws BadRecord {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw.content())).toString();
    } catch (CharacterCodingException e) {
      throw new BadRecord("not UTF-8");
    }
  }

  private Row csv(String text) throws BadRecord {
    List<String> cells = Csv.split(text, format.delimiter());
    if (columns == null) {
      columns(
          java.util.stream.IntStream.rangeClosed(1, cells.size()).mapToObj(i -> "c" + i).toList());
    }
    if (cells.size() != columns.size()) {
      throw new BadRecord(cells.size() + " columns instead of " + columns.size());
    }
    if (value >= 0) {
      return row(cells.get(key), cells.get(value));
    }
    ObjectNode object = MAPPER.createObjectNode();
    for (int i = 0; i < cells.size(); i++) {
      if (i != key) {
        object.put(columns.get(i), cells.get(i));
      }
    }
    return row(cells.get(key), object.toString());
  }

  private Row json(String text) throws BadRecord {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new BadRecord("no JSON: " + e.getOriginalMessage());
    }
    if (!node.isObject()) {
      throw new BadRecord("no JSON object");
    }
    if (format.kind() == FileFormat.Kind.EXPORT) {
      return exported(node);
    }
    String keyText = scalar(node.path(keyField(node)), "key");
    if (format.valueColumn() == null) {
      return row(keyText, text.strip()); // as it stands in the file, to the last digit
    }
    JsonNode found = node.path(format.valueColumn());
    if (found.isMissingNode()) {
      throw new BadRecord("no field '" + format.valueColumn() + "'");
    }
    return row(keyText, found.isValueNode() ? found.asText() : found.toString());
  }

  private Row exported(JsonNode node) throws BadRecord {
    try {
      TextBytes text = TextBytes.named(node.path("encoding").asText("utf8"));
      Bytes key = text.read(scalar(node.path("key"), "key"));
      Bytes value = text.read(scalar(node.path("value"), "value"));
      if (key.isEmpty()) {
        throw new BadRecord("the key is empty");
      }
      return new Row(Bytes.utf8(format.prefix()).concat(key), value);
    } catch (IllegalArgumentException | OperationException e) {
      throw new BadRecord(e.getMessage());
    }
  }

  private String keyField(JsonNode node) throws BadRecord {
    if (format.keyColumn() != null) {
      return format.keyColumn();
    }
    return FileFormat.KEY_FIELDS.stream()
        .filter(node::has)
        .findFirst()
        .orElseThrow(
            () -> new BadRecord("none of the fields " + String.join(", ", FileFormat.KEY_FIELDS)));
  }

  private static String scalar(JsonNode node, String what) throws BadRecord {
    if (node.isMissingNode() || node.isNull()) {
      throw new BadRecord("no " + what);
    }
    if (!node.isValueNode()) {
      throw new BadRecord("the " + what + " is no text or number");
    }
    return node.asText();
  }

  private Row row(String keyText, String valueText) throws BadRecord {
    if (keyText.isEmpty()) {
      throw new BadRecord("the key is empty");
    }
    return new Row(Bytes.utf8(format.prefix() + keyText), Bytes.utf8(valueText));
  }
}
