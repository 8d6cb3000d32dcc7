/** Who may use a node. */
package org.quorate.runtime.auth;
