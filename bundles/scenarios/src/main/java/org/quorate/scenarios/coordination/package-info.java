/** Clients that coordinate: sessions, locks and watches of the native coordinator. */
package org.quorate.scenarios.coordination;
