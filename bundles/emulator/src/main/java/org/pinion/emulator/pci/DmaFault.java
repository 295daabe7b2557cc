package org.pinion.emulator.pci;

/**
 * A transfer that did not happen: no byte was moved.
 *
 * @param device the device's address
 * @param iova where it wanted to, an IO virtual address
 * @param length bytes
 * @param toMemory whether it wanted to write memory
 * @param reason why not, in words
 */
public record DmaFault(String device, long iova, long length, boolean toMemory, String reason) {

    @Override
    public String toString() {
        return "%s: DMA %s of %d bytes at IOVA 0x%x stopped: %s"
                .formatted(device, toMemory ? "write" : "read", length, iova, reason);
    }
}
