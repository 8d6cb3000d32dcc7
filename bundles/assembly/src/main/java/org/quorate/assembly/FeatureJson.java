package org.quorate.assembly;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An assembly as an OSGi feature (OSGi Compendium 8, chapter 159). A bundle's id is {@code
 * osgi:NAME:VERSION}; its metadata are {@code sha256} and {@code start-level}.
 */
public final class FeatureJson {
  private static final JsonFactory JSON = new JsonFactory();

  private FeatureJson() {}

  /** As text. */
  public static String write(Assembly assembly) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text).useDefaultPrettyPrinter()) {
      out.writeStartObject();
      out.writeStringField("feature-resource-version", "1.0");
      out.writeStringField("id", "org.quorate:assembly:" + assembly.number());
      out.writeArrayFieldStart("bundles");
      for (BundleEntry bundle : assembly.bundles()) {
        out.writeStartObject();
        out.writeStringField("id", "osgi:" + bundle.name() + ":" + bundle.version());
        out.writeStringField("sha256", bundle.sha256());
        out.writeNumberField("start-level", bundle.level());
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory", e);
    }
    return text + "\n";
  }

  /**
   * From text; what else a feature may hold is refused, since it would be ignored.
   *
   * @throws AssemblyException naming line and reason
   */
  public static Assembly read(String text) {
    try (JsonParser in = JSON.createParser(text)) {
      in.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      try {
        expect(in, in.nextToken(), JsonToken.START_OBJECT);
        return assembly(in);
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "line " + in.currentTokenLocation().getLineNr() + ": " + e.getMessage(), e);
      }
    } catch (IOException e) {
      throw new AssemblyException("the feature does not parse: " + e.getMessage(), e);
    }
  }

  private static Assembly assembly(JsonParser in) throws IOException {
    long number = 0;
    List<BundleEntry> bundles = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String field = in.currentName();
      in.nextToken();
      switch (field) {
        case "feature-resource-version" -> {
          if (!in.getText().equals("1.0")) {
            throw new IllegalArgumentException(
                "feature-resource-version " + in.getText() + ", known is 1.0");
          }
        }
        case "id" -> number = number(in.getText());
        case "name", "description", "docURL", "license", "SCM", "vendor", "complete" -> {
          if (!in.currentToken().isScalarValue()) {
            throw new IllegalArgumentException(field + " must be a single value");
          }
        }
        case "bundles" -> {
          expect(in, in.currentToken(), JsonToken.START_ARRAY);
          while (in.nextToken() != JsonToken.END_ARRAY) {
            bundles.add(bundle(in));
          }
        }
        default -> throw new IllegalArgumentException("'" + field + "' cannot be deployed");
      }
    }
    return new Assembly(number, bundles);
  }

  private static long number(String id) {
    String[] parts = id.split(":");
    return parts.length == 3 && parts[0].equals("org.quorate") && parts[2].matches("[0-9]{1,18}")
        ? Long.parseLong(parts[2])
        : 0;
  }

  private static BundleEntry bundle(JsonParser in) throws IOException {
    expect(in, in.currentToken(), JsonToken.START_OBJECT);
    Map<String, String> fields = new TreeMap<>();
    while (in.nextToken() != JsonToken.END_OBJECT) {
      String field = in.currentName();
      in.nextToken();
      fields.put(field, in.getText());
    }
    String[] id = fields.getOrDefault("id", "").split(":");
    if (id.length != 3) {
      throw new IllegalArgumentException("a bundle's id is osgi:NAME:VERSION");
    }
    String level = fields.getOrDefault("start-level", Integer.toString(BundleEntry.PLUGIN_LEVEL));
    if (!level.matches("[0-9]")) {
      throw new IllegalArgumentException("start-level '" + level + "' of " + id[1]);
    }
    return new BundleEntry(
        id[1], id[2], fields.getOrDefault("sha256", ""), Integer.parseInt(level));
  }

  private static void expect(JsonParser in, JsonToken found, JsonToken wanted) {
    if (found != wanted) {
      throw new IllegalArgumentException("found " + found + ", wanted " + wanted);
    }
  }
}
