/** How a system call fails, and how its arguments travel between the caller and the kernel. */
package org.pinion.emulator.syscall;
