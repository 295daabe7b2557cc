package org.pinion.emulator.host;

import java.util.List;

/**
 * Which driver of the kernel the machine's IOMMUs have: what page tables they make, what they tell of themselves, and
 * what they translate and reserve unless the host file says otherwise.
 */
public enum IommuDriver {
    /** As QEMU's, of 39 bits, without nested page tables. */
    INTEL("intel"),
    /** As QEMU's, which reserves HyperTransport's addresses and forces snooping. */
    AMD("amd"),
    /** As QEMU's, which takes mappings without access. */
    VIRTIO("virtio");

    private static final long MIB = 1L << 20;
    private static final ReservedRegion MSI = region(0xfee00000L, MIB, ReservedType.MSI);
    private static final ReservedRegion HYPERTRANSPORT = region(0xfd00000000L, 12288 * MIB, ReservedType.RESERVED);

    private static final IovaRange BITS_39 = new IovaRange(0, (1L << 39) - 1);
    private static final IovaRange BITS_48 = new IovaRange(0, (1L << 48) - 1);

    /** What the drivers put into {@code pgsize_bitmap}. */
    private static final long INTEL_SIZES = 0x40201000L;
    private static final long AMD_SIZES = 0x7f7ffffff000L;
    private static final long OLD_AMD_SIZES = 0xfff7ffffff000L;
    private static final long VIRTIO_SIZES = -4096L;

    private final String text;

    IommuDriver(String text) {
        this.text = text;
    }

    private static ReservedRegion region(long start, long length, ReservedType type) {
        return new ReservedRegion(new IovaRange(start, start + length - 1), type);
    }

    /** What its IOMMUs translate. With page tables of its own AMD's driver told no aperture, and sizes beyond it. */
    IommuGeometry geometry(KernelRelease release) {
        return switch (this) {
            case INTEL -> new IommuGeometry(BITS_39, IommuGeometry.sizes(INTEL_SIZES));
            case AMD -> release.hasGenericPageTables()
                    ? new IommuGeometry(BITS_48, IommuGeometry.sizes(AMD_SIZES), false, false, true)
                    : new IommuGeometry(IovaRange.ALL, IommuGeometry.sizes(OLD_AMD_SIZES), false, false, true);
            case VIRTIO -> new IommuGeometry(IovaRange.ALL, IommuGeometry.sizes(VIRTIO_SIZES), false, true, false);
        };
    }

    /** What every device behind them reserves. */
    List<ReservedRegion> reserved() {
        return this == AMD ? List.of(MSI, HYPERTRANSPORT) : List.of(MSI);
    }

    /** {@return the word that a host file has for it} */
    public String text() {
        return text;
    }
}
