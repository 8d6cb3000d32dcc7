/** What a replica does to carry out a swap: a pure state machine. */
package org.quorate.core.swap;
