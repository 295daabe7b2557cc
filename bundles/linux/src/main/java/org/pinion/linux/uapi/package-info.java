/**
 * Numbers, flags and structures of the kernel's interfaces for iommufd and for VFIO devices, groups and containers, as
 * typed views over memory (include/uapi/linux/iommufd.h, include/uapi/linux/vfio.h).
 */
@Export
@Version("1.1.0")
package org.pinion.linux.uapi;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
