/** Measurements of coordinators of different providers through the one service. */
package org.quorate.cli.bench.coord;
