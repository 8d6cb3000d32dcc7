/** What a closed replica still holds, and how it goes on in a history of its own. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.core.history;
