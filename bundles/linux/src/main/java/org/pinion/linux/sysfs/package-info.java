/**
 * What {@code /sys} says about IOMMU groups and about the devices in them: values, and readers that get them through a
 * {@link org.pinion.linux.Kernel}. A reader keeps nothing; every call reads anew and may be made from any thread.
 *
 * <p>Consumers import {@code [1.0,2.0)}.
 */
@Export
@Version("1.0.0")
package org.pinion.linux.sysfs;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
