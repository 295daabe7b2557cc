package org.pinion.emulator.memory;

/** What lies behind a mapping of the process, which decides whether its pages can be pinned. */
public enum VmaKind {

    /** Memory without a file. */
    ANONYMOUS,

    /** A file in memory. */
    MEMFD,

    /** A device's BAR: VM_PFNMAP and VM_IO, which {@code pin_user_pages} refuses (mm/gup.c). */
    DEVICE
}
