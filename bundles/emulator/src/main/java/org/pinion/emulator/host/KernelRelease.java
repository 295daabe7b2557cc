package org.pinion.emulator.host;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which of the kernel's interfaces the emulated machine has. */
public enum KernelRelease {
    /** Without {@code IOMMU_IOAS_MAP_FILE}, without dma-bufs of BARs, and with the weaknesses of its type1. */
    LINUX_6_12("6.12", "Linux 6.12.117"),
    /** All that is emulated. */
    LINUX_7_3("7.3", "Linux 7.3.4");

    private final String text;
    private final String kernel;

    KernelRelease(String text, String kernel) {
        this.text = text;
        this.kernel = kernel;
    }

    /**
     * @param text the word for a release
     * @return the release, empty if it is not emulated
     */
    public static Optional<KernelRelease> named(String text) {
        return Arrays.stream(values()).filter(release -> release.text.equals(text)).findFirst();
    }

    /** {@return the words for all, for people} */
    public static String names() {
        return Arrays.stream(values()).map(KernelRelease::text).collect(Collectors.joining(", "));
    }

    /** {@return the kernel that is emulated, as it calls itself} */
    public String kernel() {
        return kernel;
    }

    /** {@return the word that a host file has for it} */
    public String text() {
        return text;
    }

    /** {@return whether memory can be mapped by a file descriptor} */
    public boolean mapsFiles() {
        return this != LINUX_6_12;
    }

    /**
     * Whether the page tables of a virtio IOMMU have an aperture before a device is attached to them: virtio-iommu's
     * driver asks for it only then. Until then such a page table seems to translate the address 0 and nothing else.
     *
     * @return whether they have
     */
    public boolean knowsAperturesBeforehand() {
        return this != LINUX_6_12;
    }

    /** {@return whether it can be asked for the data of one sort of IOMMU} */
    public boolean namesHwInfo() {
        return this != LINUX_6_12;
    }

    /** {@return whether who binds a device may show a token} */
    public boolean takesTokens() {
        return this != LINUX_6_12;
    }

    /** {@return whether page tables can be attached to PASIDs} */
    public boolean attachesPasids() {
        return this != LINUX_6_12;
    }

    /**
     * Whether type1 can handle what ends with the last of all addresses. Where it cannot, it computes with the address
     * after the last, which is 0: such a mapping is made and never found again, and what reaches past the end is EINVAL
     * in place of EOVERFLOW.
     *
     * @return whether it can
     */
    public boolean reachesTheEnd() {
        return this != LINUX_6_12;
    }

    /**
     * Whether a driver that makes page tables to order is taken for one that makes nested ones: both were made by one
     * function ({@code domain_alloc_user} in struct iommu_ops), so that it is the table below that is refused.
     *
     * @return whether it is
     */
    public boolean takesAllForNesting() {
        return this == LINUX_6_12;
    }

    /** {@return whether containers still claim the kind with nested page tables, which mdevs alone can be in} */
    public boolean claimsNesting() {
        return this == LINUX_6_12;
    }

    /** {@return whether mapping by address looks at the length before it looks for an address past the end} */
    public boolean looksAtLengthFirst() {
        return this == LINUX_6_12;
    }

    /**
     * Whether drivers have the generic page tables (drivers/iommu/generic_pt). Those tell pages that devices wrote also
     * when writes are not tracked any more, and answer ERANGE past their last address. With its own ones a driver told
     * none then (mock_domain_read_and_clear_dirty), and answered EFAULT (intel_iommu_map_pages).
     *
     * @return whether they have
     */
    public boolean hasGenericPageTables() {
        return this != LINUX_6_12;
    }

    /** {@return whether VFIO exports BARs as dma-bufs} */
    public boolean exportsDmaBufs() {
        return this != LINUX_6_12;
    }

    /** {@return whether VFIO has interrupts for the errors of functions that are not of PCI Express} */
    public boolean tellsErrorsOfAll() {
        return this != LINUX_6_12;
    }
}
