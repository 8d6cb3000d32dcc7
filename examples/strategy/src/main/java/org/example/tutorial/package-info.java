/** A consensus strategy: Multi-Paxos with a leader. */
package org.example.tutorial;
