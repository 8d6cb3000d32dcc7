/** The strategy as a declarative service. */
package org.quorate.certify.osgi;
