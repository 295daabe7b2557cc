/**
 * What a device driver in Java has to do with beside an {@link org.pinion.api.AddressSpace}: buffers that its device
 * reaches, and the two interfaces of this api that drivers implement, {@link org.pinion.api.driver.DeviceOwner} to be
 * asked before a device is taken away, and {@link org.pinion.api.driver.DmaEngine} to let one move bytes on demand.
 *
 * <p>Whoever calls or implements imports {@code [1.0,2.0)}: the interfaces grow by default methods only. All others
 * that the api has are implemented by Pinion, in packages of their own, whose versions move at another pace.
 */
@Export
@Version("1.1.0")
package org.pinion.api.driver;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
