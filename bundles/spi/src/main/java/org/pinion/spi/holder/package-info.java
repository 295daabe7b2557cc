/**
 * What holds address spaces while the core's own bundle is replaced. The core provides the values, and whoever
 * implements {@link org.pinion.spi.holder.SpaceHolder} keeps them without knowing the core.
 *
 * <p>Implementers import {@code [1.0,2.0)}: the interface grows by default methods only.
 */
@Export
@Version("1.0.0")
package org.pinion.spi.holder;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
