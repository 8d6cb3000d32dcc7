/** Raft as a pure function: events in, effects out. Sections are those of Ongaro's dissertation. */
package org.quorate.raft;
