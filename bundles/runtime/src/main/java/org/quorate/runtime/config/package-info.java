/** The configuration of a node: its file, and what may be in it. */
package org.quorate.runtime.config;
