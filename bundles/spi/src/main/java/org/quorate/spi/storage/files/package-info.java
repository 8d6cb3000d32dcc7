/** Files as narrow as a storage needs them, so that a disk that fails can be put in their place. */
@org.osgi.annotation.bundle.Export
@org.osgi.annotation.versioning.Version("0.1.0")
package org.quorate.spi.storage.files;
