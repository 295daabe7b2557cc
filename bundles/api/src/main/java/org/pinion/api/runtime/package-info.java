/**
 * A read-only view of a running Pinion, for shells, monitors and health checks.
 *
 * <p>Consumers import {@code [1.0,2.0)}; the bundles that implement it, which are the core, whoever examines the host
 * and whoever tries policies out, import {@code [1.1,1.2)}.
 */
@Export
@Version("1.1.0")
package org.pinion.api.runtime;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
