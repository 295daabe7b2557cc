/**
 * VFIO: devices and their character devices under {@code /dev/vfio/devices} (drivers/vfio/device_cdev.c,
 * vfio_main.c).
 */
package org.pinion.emulator.vfio;
