/** The OSGi component. */
package org.quorate.operations.osgi;
