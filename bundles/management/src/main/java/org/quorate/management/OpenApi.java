package org.quorate.management;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Describes the HTTP routes as an OpenAPI 3.0 document. */
public final class OpenApi {
  private final Map<String, Object> schemas = new TreeMap<>();

  private OpenApi() {}

  /** The document as a tree of maps and lists. */
  public static Map<String, Object> document(OperationTable table, String version) {
    OpenApi api = new OpenApi();
    Map<String, Object> paths = new LinkedHashMap<>();
    table.all().forEach(op -> paths.put(op.path(), api.path(op)));
    api.reference(Failure.class);
    return Map.of(
        "openapi",
        "3.0.3",
        "info",
        Map.of("title", "Quorate", "version", version),
        "paths",
        paths,
        "components",
        Map.of("schemas", api.schemas));
  }

  private Map<String, Object> path(Operation op) {
    Map<String, Object> methods = new LinkedHashMap<>();
    if (op.access() == Access.READ) {
      Map<String, Object> get = common(op, op.name() + ".get");
      List<Object> parameters = new ArrayList<>();
      for (Argument a : op.sent()) {
        parameters.add(
            Map.of(
                "name", a.name(),
                "in", "query",
                "required", a.required(),
                "description", a.description(),
                "schema", argument(a)));
      }
      get.put("parameters", parameters);
      methods.put("get", get);
    }
    Map<String, Object> post = common(op, op.name());
    if (!op.sent().isEmpty()) {
      post.put("requestBody", content(body(op)));
    }
    methods.put("post", post);
    return methods;
  }

  private Map<String, Object> common(Operation op, String id) {
    Map<String, Object> method = new LinkedHashMap<>();
    method.put("operationId", id);
    method.put("summary", op.description());
    method.put("tags", List.of(op.noun()));
    method.put("x-access", op.access().name());
    Map<String, Object> item = reference(op.result());
    Map<String, Object> schema = op.many() ? Map.of("type", "array", "items", item) : item;
    Map<String, Object> ok = new LinkedHashMap<>(content(schema));
    ok.put("description", op.many() ? "the list" : "the answer");
    Map<String, Object> failed = new LinkedHashMap<>(content(reference(Failure.class)));
    failed.put("description", "what went wrong and what to do next");
    Map<String, Object> responses = new LinkedHashMap<>();
    responses.put("200", ok);
    responses.put("default", failed);
    method.put("responses", responses);
    return method;
  }

  private static Map<String, Object> content(Object schema) {
    return Map.of("content", Map.of("application/json", Map.of("schema", schema)));
  }

  private static Map<String, Object> body(Operation op) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (Argument a : op.sent()) {
      Map<String, Object> schema = argument(a);
      schema.put("description", a.description());
      properties.put(a.name(), schema);
      if (a.required()) {
        required.add(a.name());
      }
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "object");
    body.put("additionalProperties", false);
    body.put("properties", properties);
    if (!required.isEmpty()) {
      body.put("required", required);
    }
    return body;
  }

  private static Map<String, Object> argument(Argument a) {
    Map<String, Object> schema = new LinkedHashMap<>();
    switch (a.type()) {
      case NUMBER -> {
        schema.put("type", "integer");
        schema.put("format", "int64");
      }
      case FLAG -> schema.put("type", "boolean");
      case LIST -> {
        schema.put("type", "array");
        schema.put("items", Map.of("type", "string"));
      }
      case TEXT -> schema.put("type", "string");
    }
    if (!a.choices().isEmpty()) {
      schema.put("enum", a.choices());
    }
    if (a.fallback() != null) {
      schema.put("default", fallback(a));
    }
    return schema;
  }

  private static Object fallback(Argument a) {
    return switch (a.type()) {
      case NUMBER -> Long.parseLong(a.fallback());
      case FLAG -> Boolean.parseBoolean(a.fallback());
      default -> a.fallback();
    };
  }

  private Map<String, Object> reference(Class<?> type) {
    String name = type.getSimpleName();
    if (!schemas.containsKey(name)) {
      Map<String, Object> properties = new LinkedHashMap<>();
      schemas.put(name, Map.of("type", "object", "properties", properties));
      for (RecordComponent component : type.getRecordComponents()) {
        properties.put(component.getName(), schema(component.getGenericType()));
      }
    }
    return Map.of("$ref", "#/components/schemas/" + name);
  }

  private Map<String, Object> schema(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      Map<String, Object> last = schema(arguments[arguments.length - 1]);
      return generic.getRawType() == Map.class
          ? Map.of("type", "object", "additionalProperties", last)
          : Map.of("type", "array", "items", last);
    }
    if (type instanceof Class<?> c) {
      if (c.isRecord()) {
        return reference(c);
      }
      if (c.isEnum()) {
        List<String> names = new ArrayList<>();
        for (Object constant : c.getEnumConstants()) {
          names.add(constant.toString());
        }
        return Map.of("type", "string", "enum", names);
      }
      if (c == boolean.class || c == Boolean.class) {
        return Map.of("type", "boolean");
      }
      if (c == double.class || c == Double.class) {
        return Map.of("type", "number");
      }
      if (c == int.class || c == long.class || c == Integer.class || c == Long.class) {
        return Map.of("type", "integer", "format", "int64");
      }
    }
    return Map.of("type", "string");
  }
}
