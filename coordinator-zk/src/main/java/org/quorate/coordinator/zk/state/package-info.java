/**
 * What a coordinator's log means: keys, sessions and locks as a function of the entries before. No
 * clock, no chance, no input and output, so that every coordinator that reads the log knows the same.
 */
package org.quorate.coordinator.zk.state;
