/** What must hold after every step; I-numbers are those of docs/strategies/certify.md. */
package org.quorate.certify.invariants;
