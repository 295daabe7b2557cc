package org.pinion.linux.procfs;

/**
 * How much memory may be pinned and locked, as {@code /proc/self/limits} says ({@code RLIMIT_MEMLOCK}). A process with
 * {@code CAP_IPC_LOCK} is not held to it.
 *
 * @param soft bytes that hold now, {@link #UNLIMITED} without a limit
 * @param hard bytes to which the process may raise the soft limit, {@link #UNLIMITED} without a limit
 */
public record MemlockLimit(long soft, long hard) {

    /** As much as there is. */
    public static final long UNLIMITED = Long.MAX_VALUE;
}
