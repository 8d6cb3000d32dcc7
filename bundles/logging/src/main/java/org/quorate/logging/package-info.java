/** Hands what the framework and Declarative Services log over to slf4j. */
package org.quorate.logging;
