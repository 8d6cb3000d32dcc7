/** The segmented, group-committing log. */
package org.quorate.storage.journal;
