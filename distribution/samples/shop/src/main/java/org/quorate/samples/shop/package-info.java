/** A sample product: a shop of several processes, with schemas and sessions of their own. */
package org.quorate.samples.shop;
