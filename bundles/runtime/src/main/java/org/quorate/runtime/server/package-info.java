/** Serves clients over TCP. */
package org.quorate.runtime.server;
