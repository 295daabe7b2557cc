/**
 * What a backend needs of a Linux kernel: the {@link org.pinion.linux.Kernel} service, error numbers and flags. Two
 * bundles provide the service: this one the kernel of the machine, the emulator one in plain Java.
 *
 * <p>Users import {@code [1.0,2.0)}, providers of a kernel {@code [1.1,1.2)}.
 */
@Export
@Version("1.1.0")
package org.pinion.linux;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
