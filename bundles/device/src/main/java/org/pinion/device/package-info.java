/**
 * An open VFIO device: its regions, its PCI command register, its reset. Binding it to an IO address space is the
 * matter of whoever opened it.
 *
 * <p>Backends import {@code [1.0,2.0)}.
 */
@Export
@Version("1.1.0")
package org.pinion.device;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
