package org.quorate.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.quorate.management.TableFormat;

/** {@code quorate:help [command]}: what there is, or how one command is typed. */
public final class HelpCommand implements Function {
  private final Map<String, NounCommand> commands;

  public HelpCommand(Map<String, NounCommand> commands) {
    this.commands = commands;
  }

  @Override
  public Object execute(CommandSession session, List<Object> arguments) {
    if (arguments.isEmpty()) {
      session.getConsole().print(overview());
      return null;
    }
    String name = String.valueOf(arguments.get(0)).replaceFirst("^quorate:", "");
    NounCommand command = commands.get(name);
    if (command == null) {
      throw new IllegalArgumentException(
          "no command '" + name + "'; one of: " + String.join(", ", commands.keySet()));
    }
    session.getConsole().print(command.help());
    return null;
  }

  private String overview() {
    List<List<String>> rows = new ArrayList<>();
    commands.forEach(
        (name, command) ->
            command
                .operations()
                .forEach(
                    op -> {
                      String verb =
                          command.firstWords().isEmpty()
                              ? ""
                              : " " + op.name().substring(op.noun().length() + 1);
                      rows.add(List.of("quorate:" + name + verb, op.description()));
                    }));
    return TableFormat.rows(List.of("COMMAND", "WHAT IT DOES"), rows)
        + "quorate:help COMMAND tells how it is typed.\n";
  }
}
