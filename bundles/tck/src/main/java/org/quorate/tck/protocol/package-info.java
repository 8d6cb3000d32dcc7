/** What tests of a pure protocol run it on: a disk that completes when told, a node, a link. */
package org.quorate.tck.protocol;
