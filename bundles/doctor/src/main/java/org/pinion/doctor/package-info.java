/** Examines the host: reads what the kernel shows of itself, and says what that means for devices and their DMA. */
package org.pinion.doctor;
