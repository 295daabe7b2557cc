/**
 * Why the kernel refused, in words that all backends over VFIO have in common: a {@link org.pinion.device.cause.Cause}
 * says why and what an operator can do.
 *
 * <p>Backends import {@code [1.0,2.0)}.
 */
@Export
@Version("1.1.0")
package org.pinion.device.cause;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
