package org.quorate.management;

import java.util.ArrayList;
import java.util.List;
import org.quorate.api.Bytes;
import org.quorate.api.kv.Compare;
import org.quorate.api.kv.KvCommand;
import org.quorate.api.kv.KvQuery;

/**
 * The small language in which people write transactions. Steps are separated by {@code ;}, words by
 * blanks; a word with blanks, {@code ;} or quotes stands in single or double quotes.
 *
 * <pre>
 * comparisons:  KEY = VALUE · KEY != VALUE · KEY &lt; VALUE · KEY &gt; VALUE · KEY absent · KEY present
 *               KEY version|create|mod =|!=|&lt;|&gt; NUMBER
 * commands:     put KEY VALUE · delete KEY · add KEY NUMBER · append KEY VALUE · get KEY
 * </pre>
 */
public final class TxnScript {
  private TxnScript() {}

  /** Reads a transaction; each text may be empty. */
  public static KvCommand.Txn parse(String when, String then, String otherwise) {
    List<Compare> compares = new ArrayList<>();
    steps(when).forEach(step -> compares.add(compare(step)));
    return new KvCommand.Txn(compares, commands(then), commands(otherwise));
  }

  private static List<KvCommand> commands(String text) {
    List<KvCommand> commands = new ArrayList<>();
    steps(text).forEach(step -> commands.add(command(step)));
    return commands;
  }

  private static KvCommand command(List<String> words) {
    String verb = words.get(0);
    int wanted =
        switch (verb) {
          case "put", "add", "append" -> 3;
          case "delete", "get" -> 2;
          default -> throw bad(words, "unknown command '" + verb + "'");
        };
    if (words.size() != wanted) {
      throw bad(words, "'" + verb + "' wants " + (wanted - 1) + " words after it");
    }
    Bytes key = Bytes.utf8(words.get(1));
    return switch (verb) {
      case "put" -> KvCommand.put(key, Bytes.utf8(words.get(2)));
      case "append" -> new KvCommand.Append(key, Bytes.utf8(words.get(2)));
      case "add" -> new KvCommand.Add(key, number(words, words.get(2)));
      case "delete" -> KvCommand.delete(key);
      default -> new KvCommand.Read(KvQuery.get(key));
    };
  }

  private static Compare compare(List<String> words) {
    Bytes key = Bytes.utf8(words.get(0));
    if (words.size() == 2 && words.get(1).equals("absent")) {
      return Compare.absent(key);
    } else if (words.size() == 2 && words.get(1).equals("present")) {
      return Compare.present(key);
    } else if (words.size() == 3) {
      return Compare.value(key, op(words, words.get(1)), Bytes.utf8(words.get(2)));
    } else if (words.size() == 4) {
      Compare.Target target =
          switch (words.get(1)) {
            case "version" -> Compare.Target.VERSION;
            case "create" -> Compare.Target.CREATE;
            case "mod" -> Compare.Target.MOD;
            default -> throw bad(words, "'" + words.get(1) + "' is no version, create or mod");
          };
      return Compare.number(key, target, op(words, words.get(2)), number(words, words.get(3)));
    }
    throw bad(words, "no comparison");
  }

  private static Compare.Op op(List<String> words, String sign) {
    return switch (sign) {
      case "=", "==" -> Compare.Op.EQUAL;
      case "!=" -> Compare.Op.NOT_EQUAL;
      case ">" -> Compare.Op.GREATER;
      case "<" -> Compare.Op.LESS;
      default -> throw bad(words, "'" + sign + "' is none of = != < >");
    };
  }

  private static long number(List<String> words, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw bad(words, "'" + text + "' is no whole number");
    }
  }

  private static OperationException bad(List<String> words, String what) {
    return new OperationException(
        FailureCode.BAD_REQUEST,
        "in '" + String.join(" ", words) + "': " + what,
        "comparisons: KEY = VALUE, KEY absent, KEY version > 3; commands: put KEY VALUE, delete"
            + " KEY, add KEY NUMBER, append KEY VALUE, get KEY; ';' between");
  }

  /** Splits into steps of words. */
  private static List<List<String>> steps(String text) {
    List<List<String>> steps = new ArrayList<>();
    List<String> step = new ArrayList<>();
    StringBuilder word = null;
    char quote = 0;
    for (char c : (text + ";").toCharArray()) {
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '"' || c == '\'') {
        quote = c;
        word = word == null ? new StringBuilder() : word;
      } else if (c == ';' || Character.isWhitespace(c)) {
        if (word != null) {
          step.add(word.toString());
          word = null;
        }
        if (c == ';' && !step.isEmpty()) {
          steps.add(step);
          step = new ArrayList<>();
        }
      } else {
        word = (word == null ? new StringBuilder() : word).append(c);
      }
    }
    if (quote != 0) {
      throw bad(List.of(text), "a quote is not closed");
    }
    return steps;
  }
}
