/** Client sessions and leases as replicated state. */
package org.quorate.core.session;
