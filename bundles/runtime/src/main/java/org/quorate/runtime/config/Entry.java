package org.quorate.runtime.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a YAML or JSON file that knows where it stands. */
final class Entry {
  private final String file;
  private final String key;
  private final int line;
  private final int column;
  private String text;
  private Map<String, Entry> fields;
  private List<Entry> items;

  private Entry(String file, String key, JsonLocation at) {
    this.file = file;
    this.key = key;
    this.line = at.getLineNr();
    this.column = at.getColumnNr();
  }

  /** Parses a file's text; its name decides the format: JSON if it ends so, YAML otherwise. */
  static Entry parse(String file, String content) {
    JsonFactory factory = file.endsWith(".json") ? new JsonFactory() : new YAMLFactory();
    try (JsonParser parser = factory.createParser(content)) {
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      if (parser.nextToken() == null) {
        throw new ConfigException(file + ": is empty");
      }
      Entry root = read(parser, file, "");
      if (root.fields == null) {
        throw root.error("must hold keys and values");
      }
      return root;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      String where = at == null ? "" : ":" + at.getLineNr() + ":" + at.getColumnNr();
      String what = e.getOriginalMessage().split("\n")[0];
      throw new ConfigException(file + where + ": does not parse: " + what);
    } catch (IOException e) {
      throw new ConfigException(file + ": " + e.getMessage());
    }
  }

  private static Entry read(JsonParser parser, String file, String key) throws IOException {
    Entry entry = new Entry(file, key, parser.currentTokenLocation());
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      entry.fields = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        JsonLocation at = parser.currentTokenLocation();
        parser.nextToken();
        Entry field = read(parser, file, key.isEmpty() ? name : key + "." + name);
        entry.fields.put(name, field.at(at));
      }
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      entry.items = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        entry.items.add(read(parser, file, key + "[" + entry.items.size() + "]"));
      }
    } else {
      entry.text = parser.currentToken() == JsonToken.VALUE_NULL ? "" : parser.getText();
    }
    return entry;
  }

  private Entry at(JsonLocation where) {
    Entry moved = new Entry(file, key, where);
    moved.text = text;
    moved.fields = fields;
    moved.items = items;
    return moved;
  }

  ConfigException error(String what) {
    String name = key.isEmpty() ? "" : key + ": ";
    return new ConfigException(file + ":" + line + ":" + column + ": " + name + what);
  }

  /** The fields, of which only the named ones are allowed. */
  Map<String, Entry> fields(String... allowed) {
    if (fields == null) {
      throw error("must hold keys and values");
    }
    List<String> known = List.of(allowed);
    for (Map.Entry<String, Entry> field : fields.entrySet()) {
      if (!known.contains(field.getKey())) {
        throw field.getValue().error("unknown key, allowed here are " + String.join(", ", known));
      }
    }
    return fields;
  }

  /** The fields, whatever their names. */
  Map<String, Entry> anyFields() {
    if (fields == null) {
      throw error("must hold keys and values");
    }
    return fields;
  }

  List<Entry> items() {
    if (items == null) {
      throw error("must be a list");
    }
    return items;
  }

  String text() {
    if (text == null) {
      throw error("must be a single value");
    }
    return text;
  }

  int number(int min, int max) {
    try {
      int value = Integer.parseInt(text());
      if (value >= min && value <= max) {
        return value;
      }
      throw error("'" + text + "' is out of range, allowed are " + min + " to " + max);
    } catch (NumberFormatException e) {
      throw error("'" + text + "' is not a whole number, allowed are " + min + " to " + max);
    }
  }

  boolean flag() {
    if (!text().equals("true") && !text.equals("false")) {
      throw error("'" + text + "' must be true or false");
    }
    return text.equals("true");
  }

  /** host:port with a port from 0 to 65535; 0 lets the system choose. */
  String address() {
    int colon = text().lastIndexOf(':');
    String allowed = " is not host:port with a port from 0 to 65535";
    if (colon < 1) {
      throw error("'" + text + "'" + allowed);
    }
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port < 0 || port > 65_535) {
        throw error("'" + text + "'" + allowed);
      }
      return text;
    } catch (NumberFormatException e) {
      throw error("'" + text + "'" + allowed);
    }
  }
}
