/** The files of {@code /sys}, {@code /dev} and {@code /proc/self} as a real kernel shows them. */
package org.pinion.emulator.sysfs;
