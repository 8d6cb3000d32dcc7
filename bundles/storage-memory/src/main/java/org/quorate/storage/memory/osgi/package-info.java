/** The component of this bundle. */
package org.quorate.storage.memory.osgi;
