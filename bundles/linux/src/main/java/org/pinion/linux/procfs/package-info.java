/**
 * What {@code /proc/self} says about this process: its memory areas, what of its memory is pinned and locked and how
 * much may be, and its mounts. Values, and a reader that gets them through a {@link org.pinion.linux.Kernel}.
 *
 * <p>Consumers import {@code [1.0,2.0)}.
 */
@Export
@Version("1.0.0")
package org.pinion.linux.procfs;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
