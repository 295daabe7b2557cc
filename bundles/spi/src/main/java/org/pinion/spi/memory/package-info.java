/**
 * What the author of a classifier implements: a {@link org.pinion.spi.memory.MemoryClassifier} service finds out what
 * the memory of a section is.
 *
 * <p>Authors import {@code [1.0,2.0)}: the interface grows by default methods only.
 */
@Export
@Version("1.0.1")
package org.pinion.spi.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
