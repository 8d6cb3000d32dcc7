/** A bundle that tests install in nodes. */
package org.quorate.itest.user;
