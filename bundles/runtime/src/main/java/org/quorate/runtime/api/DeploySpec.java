package org.quorate.runtime.api;

import java.util.List;
import org.quorate.api.NodeId;

/**
 * What to deploy.
 *
 * @param bundles SHA-256 of jars that were uploaded, or files on the node that is asked. One that ends
 *     with {@code .json} is the file of a feature, one that begins with a brace a feature itself, which
 *     replaces all of the assembly
 * @param remove symbolic names: the distribution's version comes back, or the bundle goes
 * @param skip nodes that do not take part; they follow when they can
 */
public record DeploySpec(List<String> bundles, List<String> remove, List<NodeId> skip) {
  public DeploySpec {
    bundles = List.copyOf(bundles);
    remove = List.copyOf(remove);
    skip = List.copyOf(skip);
  }
}
