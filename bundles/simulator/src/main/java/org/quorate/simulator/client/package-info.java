/** Simulated clients: sessions, redirects, retries, and the history they leave. */
package org.quorate.simulator.client;
