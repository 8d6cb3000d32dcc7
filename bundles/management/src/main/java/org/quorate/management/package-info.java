/** The table of operations and what is generated from it: event bus, HTTP, OpenAPI, metrics. */
@Export
@Version("0.1.0")
package org.quorate.management;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
