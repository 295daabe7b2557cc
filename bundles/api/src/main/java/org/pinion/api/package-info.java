/**
 * What applications call: they open an {@link org.pinion.api.AddressSpace} through the
 * {@link org.pinion.api.DmaService} service, commit {@link org.pinion.api.FlatView}s to it, attach devices, and read
 * the {@link org.pinion.api.Plan} that says why each section is mapped, skipped or refused.
 *
 * <p>All addresses are unsigned 64-bit byte addresses held in a {@code long}; all ranges are inclusive of their last
 * byte, so that a range may end at 2<sup>64</sup>-1. All sizes are bytes. Values are immutable and may be shared
 * between threads.
 *
 * <p>Every interface here is implemented by Pinion, and may grow by any method with a minor version: consumers import
 * {@code [1.0,2.0)}; the core, which implements {@link org.pinion.api.DmaService}, and whoever gives {@link
 * org.pinion.api.HostMemory} import {@code [1.1,1.2)}. What drivers implement is in {@link org.pinion.api.driver}.
 */
@Export
@Version("1.1.0")
package org.pinion.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
