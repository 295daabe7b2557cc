/**
 * What a VMM forwards of its guest at high rate: the translations of a virtual IOMMU, the blocks of a memory device
 * that are plugged and unplugged. Each batch is one change of the flat view in force, planned as everything else is,
 * so it costs what it touches and happens as a whole or not at all. Everything here stands on {@code org.pinion.api}
 * alone.
 *
 * <p>Consumers import {@code [1.0,2.0)}.
 */
@Export
@Version("1.0.0")
package org.pinion.api.guest;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
