/** Types and services that applications use; depends on the JDK alone. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.api;
