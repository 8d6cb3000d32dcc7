/** State and snapshots in MapDB. */
package org.quorate.storage.mapdb;
