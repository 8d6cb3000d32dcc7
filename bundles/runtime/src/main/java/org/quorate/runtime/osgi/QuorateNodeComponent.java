package org.quorate.runtime.osgi;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationException;
import org.osgi.service.cm.ManagedService;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.quorate.assembly.LocalAssembly;
import org.quorate.runtime.api.ControlException;
import org.quorate.runtime.api.NodeControl;
import org.quorate.runtime.api.ParameterValue;
import org.quorate.runtime.config.ConfigException;
import org.quorate.runtime.config.ConfigReader;
import org.quorate.runtime.config.NodeConfig;
import org.quorate.runtime.config.NodeParameters;
import org.quorate.runtime.node.QuorateNode;
import org.quorate.runtime.node.Services;
import org.quorate.spi.config.Parameter;
import org.quorate.spi.consensus.ConsensusStrategy;
import org.quorate.spi.state.StateMachineFactory;
import org.quorate.spi.storage.LogStorage;
import org.quorate.spi.storage.StateStorage;
import org.quorate.spi.storage.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node as an OSGi component. Framework properties: {@code quorate.config} names its file, {@code
 * quorate.data} its data directory (goes before the file), {@code quorate.on.failure=stay} keeps the
 * process when the node cannot go on; {@code quorate.until.eof=true} ends it with its standard input.
 */
@Component(
    immediate = true,
    service = {})
public final class QuorateNodeComponent {
  /** PID of the configuration whose keys are dynamic parameters of the node. */
  public static final String PID = "org.quorate.node";

  /** Exit code of a process whose storage broke. */
  public static final int EXIT_STORAGE = 70;

  /** Exit code of a process that cannot start with its configuration. */
  public static final int EXIT_CONFIG = 78;

  private static final Logger LOG = LoggerFactory.getLogger(QuorateNodeComponent.class);
  private static final long FOLLOW_MS = 5000;

  /** Factory PID of failover registries: as in their bundle, of which this one needs no class. */
  private static final String FAILOVER_PID = "org.quorate.failover";

  private final Services services = new Services();
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final List<Configuration> configurations = new ArrayList<>();
  private BundleContext context;
  private QuorateNode node;
  private GroupServices groups;

  @Reference(cardinality = ReferenceCardinality.OPTIONAL)
  private LocalAssembly assembly;

  @Reference(cardinality = ReferenceCardinality.OPTIONAL)
  private ConfigurationAdmin admin;

  private Map<String, String> configured = Map.of();
  private volatile Set<String> administered = Set.of();

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindStrategy(ConsensusStrategy strategy) {
    services.add(strategy);
  }

  void unbindStrategy(ConsensusStrategy strategy) {
    follow(services.remove(strategy));
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindLog(LogStorage log) {
    services.add(log);
  }

  void unbindLog(LogStorage log) {
    follow(services.remove(log));
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindStorage(StateStorage storage) {
    services.add(storage);
  }

  void unbindStorage(StateStorage storage) {
    follow(services.remove(storage));
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void bindStateMachine(StateMachineFactory factory) {
    services.add(factory);
  }

  void unbindStateMachine(StateMachineFactory factory) {
    follow(services.remove(factory));
  }

  /** A part that goes is not used any more when its bundle stops. */
  private static void follow(CompletableFuture<Void> parked) {
    try {
      parked.get(FOLLOW_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("groups did not let go of a part within {} ms", FOLLOW_MS, e);
    }
  }

  @Activate
  void activate(BundleContext bundleContext) {
    context = bundleContext;
    if ("true".equals(context.getProperty("quorate.until.eof"))) {
      EndOfInput.endsTheProcess();
    }
    String file = context.getProperty("quorate.config");
    if (file == null || file.isEmpty()) {
      LOG.info("no node: the framework property quorate.config names no file");
      return;
    }
    QuorateNode starting = null;
    try {
      NodeConfig config = ConfigReader.read(Path.of(file), known());
      String data = context.getProperty("quorate.data");
      if (data != null && !data.isEmpty()) {
        config = config.withDataDir(Path.of(data));
      }
      starting = new QuorateNode(config, services, this::broken).in(assembly);
      starting.start();
    } catch (ConfigException e) {
      end(EXIT_CONFIG, "the node cannot start: " + e.getMessage(), null);
      return;
    } catch (StorageException e) {
      int code = e.kind() == StorageException.Kind.LOCKED ? EXIT_CONFIG : EXIT_STORAGE;
      end(code, "the node cannot start: " + e.kind() + ": " + e.getMessage(), null);
      return;
    }
    node = starting;
    configured = node.config().parameters();
    groups = new GroupServices(context, node);
    node.control().whenSystem(groups::offerSystem);
    node.listen(groups);
    registrations.add(context.registerService(Vertx.class, node.vertx(), null));
    registrations.add(context.registerService(NodeControl.class, node.control(), null));
    Hashtable<String, Object> properties = new Hashtable<>();
    properties.put("service.pid", PID);
    registrations.add(context.registerService(ManagedService.class, this::updated, properties));
    node.config().coordinators().forEach(this::configure);
    node.config().registries().forEach(this::configure);
  }

  /** What the file says of a coordinator becomes a configuration of {@link ConfiguredCoordinator}. */
  private void configure(NodeConfig.CoordinatorSpec spec) {
    Hashtable<String, Object> values = new Hashtable<>(spec.options());
    values.put("quorate.coordinator", spec.name());
    values.put("quorate.coordinator.client", node.id().name());
    values.put("provider.target", "(quorate.coordinator.provider=" + spec.provider() + ")");
    configure(ConfiguredCoordinator.PID, "coordinator", spec.name(), values);
  }

  /** Likewise of the bundle of failover registries, which need not be there. */
  private void configure(NodeConfig.RegistrySpec spec) {
    Hashtable<String, Object> values = new Hashtable<>(spec.options());
    values.put("quorate.failover", spec.name());
    values.put("quorate.failover.node", node.id().name());
    values.put("coordinator.target", "(quorate.coordinator=" + spec.coordinator() + ")");
    Map<String, String> own = new TreeMap<>();
    own.put("root", spec.root());
    own.put("address", spec.address());
    own.put("capacity", spec.capacity());
    own.values().removeIf(String::isEmpty);
    own.forEach((key, value) -> values.put("quorate.failover." + key, value));
    configure(FAILOVER_PID, "failover registry", spec.name(), values);
  }

  private void configure(String pid, String what, String name, Hashtable<String, Object> values) {
    try {
      if (admin == null) {
        throw new IOException("there is no ConfigurationAdmin");
      }
      Configuration made = admin.getFactoryConfiguration(pid, name, "?");
      made.update(values);
      configurations.add(made);
    } catch (IOException e) {
      LOG.error("{} '{}' is off: {}", what, name, e.getMessage());
    }
  }

  private void unconfigure(Configuration made) {
    try {
      made.delete();
    } catch (IOException | IllegalStateException e) {
      LOG.debug("configuration {} is not deleted", made, e);
    }
  }

  private void broken(String why, Throwable cause) {
    end(EXIT_STORAGE, "storage failed, the process ends without touching it: " + why, cause);
  }

  private void end(int code, String why, Throwable cause) {
    if (cause == null) {
      LOG.error("{}", why);
    } else {
      LOG.error("{}", why, cause);
    }
    if (!"stay".equals(context.getProperty("quorate.on.failure"))) {
      Runtime.getRuntime().halt(code);
    }
  }

  /** Parameters that the node's file may name: the node's, and those of plug-ins that are there. */
  private List<Parameter> known() {
    List<Parameter> known = new ArrayList<>(NodeParameters.all());
    known.addAll(services.nodeParameters());
    return known;
  }

  /** Parameters by ConfigAdmin, all or none; one that is not there any more is as the file says. */
  private void updated(Dictionary<String, ?> properties) throws ConfigurationException {
    Map<String, String> wanted = new TreeMap<>();
    if (properties != null) {
      for (String key : Collections.list(properties.keys())) {
        if (!key.startsWith("service.") && !key.startsWith("felix.") && !key.startsWith(":")) {
          wanted.put(key, String.valueOf(properties.get(key)));
        }
      }
    }
    Map<String, String> all = new TreeMap<>(wanted);
    for (ParameterValue value : node.control().parameters()) {
      String name = value.parameter().name();
      if (administered.contains(name)) {
        all.putIfAbsent(name, configured.getOrDefault(name, value.parameter().fallback()));
      }
    }
    try {
      node.control().setParameters(all);
    } catch (ControlException e) {
      LOG.error("configuration {} changes nothing: {}", PID, e.getMessage());
      throw new ConfigurationException(key(wanted, e), PID + ": " + e.getMessage());
    }
    administered = Set.copyOf(wanted.keySet());
  }

  /** The key that a refusal speaks of. */
  private static String key(Map<String, String> wanted, ControlException e) {
    return wanted.keySet().stream().filter(e.getMessage()::contains).findFirst().orElse(PID);
  }

  @Deactivate
  void deactivate() {
    if (node != null) {
      configurations.forEach(this::unconfigure);
      configurations.clear();
      registrations.forEach(ServiceRegistration::unregister);
      registrations.clear();
      node.close();
      groups.close();
      node = null;
    }
  }
}
