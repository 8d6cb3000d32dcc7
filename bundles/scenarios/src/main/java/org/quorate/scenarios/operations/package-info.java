/** Nodes of a product that run operations of all of them, while the one that drives or answers dies. */
package org.quorate.scenarios.operations;
