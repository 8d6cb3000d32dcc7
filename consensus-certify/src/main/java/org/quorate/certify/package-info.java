/**
 * Total order for groups in which every member proposes, as a pure function: views, one sequencer per
 * view, payload sent by its origin. See docs/strategies/certify.md.
 */
package org.quorate.certify;
