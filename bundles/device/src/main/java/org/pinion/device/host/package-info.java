/**
 * What {@code /sys} and {@code /proc} tell about devices, their groups, who has them open, and the memory of this
 * process. Nothing is kept: every answer is as fresh as the question.
 *
 * <p>Backends import {@code [1.0,2.0)}.
 */
@Export
@Version("1.0.0")
package org.pinion.device.host;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
