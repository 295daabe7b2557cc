/**
 * What the author of a source implements: a {@link org.pinion.spi.source.MemorySource} service reads flat views from
 * somewhere.
 *
 * <p>Authors import {@code [1.0,2.0)}: the interface grows by default methods only.
 */
@Export
@Version("1.0.1")
package org.pinion.spi.source;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
