/** Real processes in network namespaces under random faults; run by the profile {@code soak} only. */
package org.quorate.itest.soak;
