/**
 * VFIO: devices, their character devices under {@code /dev/vfio/devices}, groups and the file {@code /dev/vfio/vfio}
 * (drivers/vfio/device_cdev.c, vfio_main.c, group.c, container.c).
 */
package org.pinion.emulator.vfio;
