/** The component of this bundle. */
package org.quorate.storage.journal.osgi;
