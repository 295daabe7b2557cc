package org.pinion.linux.procfs;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An area of this process's memory (a {@code vm_area_struct}), as {@code /proc/self/smaps} describes it
 * (fs/proc/task_mmu.c, Documentation/filesystems/proc.rst).
 *
 * @param start first address, unsigned
 * @param last last address, unsigned, included
 * @param permissions four letters such as {@code rw-p}; the last is {@code s} for a shared mapping, {@code p} for a
 *     private one
 * @param offset where in the file it begins, bytes
 * @param device the file system's device number, hexadecimal, such as {@code 08:02}; {@code 00:00} without a file
 * @param inode the file's inode, 0 without a file
 * @param path the file, {@code [heap]} and the like, or empty; ends in {@code (deleted)} if the file has no name any
 *     more
 * @param sizes bytes by the kernel's word, such as {@code Rss} or {@code KernelPageSize}
 * @param vmFlags the area's flags, two letters each, such as {@code rd} or {@code io}
 */
public record MemoryArea(
        long start,
        long last,
        String permissions,
        long offset,
        String device,
        long inode,
        String path,
        Map<String, Long> sizes,
        Set<String> vmFlags) {

    /** Checks that nothing is null and copies the collections. */
    public MemoryArea {
        Objects.requireNonNull(permissions, "permissions");
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(path, "path");
        sizes = Map.copyOf(sizes);
        vmFlags = Set.copyOf(vmFlags);
    }

    /** {@return whether the process may read it} */
    public boolean readable() {
        return permissions.charAt(0) == 'r';
    }

    /** {@return whether the process may write to it} */
    public boolean writable() {
        return permissions.charAt(1) == 'w';
    }

    /** {@return whether writes go to the file, or to memory that other processes see} */
    public boolean shared() {
        return permissions.charAt(3) == 's';
    }

    /** {@return bytes of a page as the kernel allocates it for this area, 0 if the kernel did not say} */
    public long kernelPageSize() {
        return sizes.getOrDefault("KernelPageSize", 0L);
    }

    /** {@return bytes of a page as the processor translates it for this area, 0 if the kernel did not say} */
    public long mmuPageSize() {
        return sizes.getOrDefault("MMUPageSize", 0L);
    }

    /** {@return {@code 0xSTART-0xLAST PERMISSIONS PATH}} */
    @Override
    public String toString() {
        return "0x%x-0x%x %s %s".formatted(start, last, permissions, path).stripTrailing();
    }
}
