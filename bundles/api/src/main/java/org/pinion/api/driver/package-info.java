/**
 * What a device driver in Java needs beside an {@link org.pinion.api.AddressSpace}: buffers that its device reaches.
 * Everything here stands on {@code org.pinion.api} alone.
 *
 * <p>Consumers import {@code [1.0,2.0)}.
 */
@Export
@Version("1.0.0")
package org.pinion.api.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
