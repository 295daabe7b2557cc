/** The policy that maps exactly what QEMU's {@code hw/vfio} maps. */
package org.pinion.policy.qemu;
