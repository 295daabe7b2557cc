/** The devices themselves: configuration space, BARs, registers, and a DMA engine that really moves bytes. */
package org.pinion.emulator.pci;
