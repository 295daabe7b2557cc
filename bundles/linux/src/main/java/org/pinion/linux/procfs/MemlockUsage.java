package org.pinion.linux.procfs;

/**
 * What of this process's memory must stay where it is, as {@code /proc/self/status} says.
 *
 * @param pinned {@code VmPin}: bytes pinned for devices and charged to the process
 * @param locked {@code VmLck}: bytes locked by {@code mlock(2)}, and pinned through VFIO containers
 */
public record MemlockUsage(long pinned, long locked) {}
