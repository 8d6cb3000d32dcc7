/** The strategy as a declarative service. */
package org.example.tutorial.osgi;
