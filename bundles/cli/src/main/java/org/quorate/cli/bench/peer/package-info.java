/** Other systems beside which a cluster is measured: their processes, and what is sent to them. */
package org.quorate.cli.bench.peer;
