/** The failover registry: what is pure in it, and how it uses a coordinator. */
package org.quorate.failover;
