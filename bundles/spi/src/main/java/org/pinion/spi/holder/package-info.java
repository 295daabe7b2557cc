/**
 * What holds address spaces while the core's own bundle is replaced, and what keeps them while the process is. The core
 * provides the values, and whoever implements {@link org.pinion.spi.holder.SpaceHolder} or {@link
 * org.pinion.spi.holder.SpaceKeeper} keeps them without knowing the core.
 *
 * <p>Implementers import {@code [1.0,2.0)}: the interfaces grow by default methods only.
 */
@Export
@Version("1.0.0")
package org.pinion.spi.holder;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
