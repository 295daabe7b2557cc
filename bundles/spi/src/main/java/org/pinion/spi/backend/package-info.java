/**
 * What the author of a backend implements: an {@link org.pinion.spi.backend.IommuBackend} service opens
 * {@link org.pinion.spi.backend.BackendSession}s, each one IO address space of the kernel.
 *
 * <p>A backend carries out; it does not decide. The core plans, keeps the table of installed mappings, undoes what
 * failed, and calls a session from one thread at a time.
 *
 * <p>Authors import {@code [1.0,2.0)}: the interfaces grow by default methods only.
 */
@Export
@Version("1.1.0")
package org.pinion.spi.backend;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
