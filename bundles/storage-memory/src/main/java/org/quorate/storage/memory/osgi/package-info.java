/** The components of this bundle. */
package org.quorate.storage.memory.osgi;
