package org.quorate.shell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.quorate.management.ManagedNode;
import org.quorate.management.Operations;

/** Offers the operations as Gogo commands of the scope {@code quorate}, and the shell's port. */
@Component(
    immediate = true,
    service = {})
public final class ShellComponent {
  private static final String SCOPE = "quorate";

  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final ShellServer server;

  @Activate
  public ShellComponent(
      BundleContext context, @Reference CommandProcessor processor, @Reference ManagedNode node)
      throws IOException {
    Map<String, NounCommand> commands = NounCommand.all(Operations.table(), node);
    // Before anything is offered: nobody would take the commands back if it failed behind them.
    server = new ShellServer(Path.of(node.control().node().dataDir()), processor, commands);
    commands.forEach((name, command) -> register(context, name, command));
    register(context, "help", new HelpCommand(commands));
    register(context, Answer.class, new AnswerConverter());
    register(context, Bundle.class, new BundleConverter(context));
  }

  private void register(BundleContext context, Class<?> of, Converter converter) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(Converter.CONVERTER_CLASSES, new String[] {of.getName()});
    registrations.add(context.registerService(Converter.class, converter, properties));
  }

  private void register(BundleContext context, String name, Function command) {
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put(CommandProcessor.COMMAND_SCOPE, SCOPE);
    properties.put(CommandProcessor.COMMAND_FUNCTION, new String[] {name});
    registrations.add(context.registerService(Function.class, command, properties));
  }

  @Deactivate
  public void stop() throws IOException {
    registrations.forEach(ServiceRegistration::unregister);
    server.close();
  }
}
