/** The components of this bundle. */
package org.quorate.storage.mapdb.osgi;
