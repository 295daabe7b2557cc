package org.pinion.emulator.memory;

import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/**
 * What pinned pages are charged to (drivers/iommu/iommufd/pages.c, vfio_lock_acct in vfio_iommu_type1.c): the user's
 * counter or the process's, each against RLIMIT_MEMLOCK, or nobody's for who has CAP_IPC_LOCK. Safe for use by many
 * threads.
 */
public final class LockedMemory {

    /** Whose counter is charged. */
    public enum Account {
        /** The user's, over all processes. */
        USER,
        /** This process's. */
        PROCESS
    }

    private final OptionalLong limit;
    private final boolean exempt;
    private final boolean unlimited;
    private final AtomicLong user = new AtomicLong();
    private final AtomicLong process = new AtomicLong();
    private final AtomicLong pinned = new AtomicLong();

    /**
     * @param limit RLIMIT_MEMLOCK, bytes; empty if there is none
     * @param ipcLock whether the process has CAP_IPC_LOCK
     */
    public LockedMemory(OptionalLong limit, boolean ipcLock) {
        this.limit = limit;
        this.exempt = ipcLock;
        this.unlimited = ipcLock || limit.isEmpty();
    }

    /**
     * Charges as an iommufd does, which counts nothing for who has CAP_IPC_LOCK (iopt_alloc_pages).
     *
     * @param account whose counter
     * @param pages how many
     * @throws SyscallException ENOMEM if the counter would pass the limit; then nothing is charged
     */
    public void charge(Account account, long pages) throws SyscallException {
        if (!exempt) {
            add(counter(account), pages);
        }
        pinned.addAndGet(pages);
    }

    /**
     * @param account whose counter
     * @param pages how many
     */
    public void uncharge(Account account, long pages) {
        if (!exempt) {
            counter(account).addAndGet(-pages);
        }
        pinned.addAndGet(-pages);
    }

    /**
     * Charges the process as a VFIO container does, which does not call its pages pinned
     * ({@code account_locked_vm} in mm/util.c).
     *
     * @param pages how many
     * @throws SyscallException ENOMEM if the counter would pass the limit; then nothing is charged
     */
    public void lock(long pages) throws SyscallException {
        add(process, pages);
    }

    /**
     * @param pages how many
     */
    public void unlock(long pages) {
        process.addAndGet(-pages);
    }

    /** In one step: who is refused takes nothing away from the others meanwhile. */
    private void add(AtomicLong counter, long pages) throws SyscallException {
        long before = counter.get();
        while (true) {
            boolean fits = unlimited || pages <= 0 || before + pages <= limit.getAsLong() / Pages.SIZE;
            SyscallException.require(fits, Errno.ENOMEM);
            long now = counter.compareAndExchange(before, before + pages);
            if (now == before) {
                return;
            }
            before = now;
        }
    }

    /** {@return pages that are charged to the process now (VmLck)} */
    public long lockedPages() {
        return process.get();
    }

    /** {@return pages that are pinned now, charged or not (VmPin)} */
    public long pinnedPages() {
        return pinned.get();
    }

    /** {@return RLIMIT_MEMLOCK, bytes; empty if there is none} */
    public OptionalLong limit() {
        return limit;
    }

    /** {@return whether the process has CAP_IPC_LOCK} */
    public boolean exempt() {
        return exempt;
    }

    private AtomicLong counter(Account account) {
        return account == Account.USER ? user : process;
    }
}
