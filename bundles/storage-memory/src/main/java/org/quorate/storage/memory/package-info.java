/** Stores that forget at a restart. */
package org.quorate.storage.memory;
