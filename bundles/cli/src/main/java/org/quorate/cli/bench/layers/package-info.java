/** What the virtual log costs: a group's members in this process, with it and without it. */
package org.quorate.cli.bench.layers;
