package org.pinion.memory.memfd;

import org.pinion.api.IommuException;
import org.pinion.linux.ErrnoException;

/** Why a memfd could not be had, in words. */
final class AllocationFailure {

    private AllocationFailure() {}

    static IommuException of(String name, long length, ErrnoException refused) {
        return new IommuException(
                "allocate 0x%x bytes of host memory '%s'".formatted(length, name),
                refused.errno().name(),
                null,
                refused.getMessage(),
                remedy(refused),
                refused);
    }

    static IommuException ofHuge(String name, long length, long pageSize, ErrnoException refused) {
        String remedy = switch (refused.errno()) {
            case ENOMEM -> "set huge pages aside: echo N > /sys/kernel/mm/hugepages/hugepages-%dkB/nr_hugepages"
                    .formatted(pageSize / 1024);
            case EINVAL, ENODEV, ENOENT -> "take a size that /sys/kernel/mm/hugepages lists";
            default -> remedy(refused);
        };
        return new IommuException(
                "allocate 0x%x bytes of host memory '%s' in huge pages of 0x%x".formatted(length, name, pageSize),
                refused.errno().name(),
                null,
                refused.getMessage(),
                remedy,
                refused);
    }

    private static String remedy(ErrnoException refused) {
        return switch (refused.errno()) {
            case EMFILE -> "close some memory, or raise the limit of open files (ulimit -n)";
            case ENFILE -> "raise the system's limit of open files (sysctl fs.file-max)";
            case ENOMEM -> "ask for less, raise the limit of address space (ulimit -v), or allow more overcommit"
                    + " (sysctl vm.overcommit_memory)";
            case EFBIG -> "ask for less, or raise the limit of file sizes (ulimit -f)";
            case EINVAL -> "give it a name of at most 249 bytes and less than 8 EiB";
            case EPERM, EACCES -> "allow memfd_create to this process (seccomp, sysctl vm.memfd_noexec)";
            default -> "";
        };
    }
}
