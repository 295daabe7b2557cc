package org.pinion.api;

/** By which of the kernel's ways memory gets into an IO address space. */
public enum Route {

    /** By file descriptor and offset, as a memfd through {@code IOMMU_IOAS_MAP_FILE}. */
    FILE("file"),

    /** By the file descriptor of a dma-buf that exports device memory. */
    DMA_BUF("dma-buf"),

    /** By address in this process, as {@code IOMMU_IOAS_MAP} and {@code VFIO_IOMMU_MAP_DMA} take it. */
    USER("user");

    private final String symbol;

    Route(String symbol) {
        this.symbol = symbol;
    }

    /** {@return {@code file}, {@code dma-buf} or {@code user}} */
    public String symbol() {
        return symbol;
    }
}
