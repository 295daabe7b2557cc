package org.pinion.emulator.file;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The descriptors of the process: the lowest free number is given first. Safe for use by many threads. */
public final class FileTable {

    /** 0, 1 and 2 belong to the standard streams. */
    private static final int FIRST = 3;

    private static final int LIMIT = 1 << 20;

    private final Map<Integer, HeldFile> files = new ConcurrentHashMap<>();
    private final BitSet used = new BitSet();

    /** An empty table. */
    public FileTable() {
        used.set(0, FIRST);
    }

    /**
     * @param file a file that has no descriptor
     * @return its descriptor
     * @throws SyscallException EMFILE if there are too many
     */
    public synchronized int add(OpenFile file) throws SyscallException {
        int fd = used.nextClearBit(FIRST);
        SyscallException.require(fd < LIMIT, Errno.EMFILE);
        used.set(fd);
        files.put(fd, new HeldFile(file));
        return fd;
    }

    /**
     * Finds a file that may end at any time: for who only wants to know what a descriptor stands for.
     *
     * @param fd a descriptor
     * @return its file
     * @throws SyscallException EBADF if there is none
     */
    public OpenFile get(int fd) throws SyscallException {
        HeldFile held = files.get(fd);
        SyscallException.require(held != null, Errno.EBADF);
        return held.file();
    }

    /**
     * Finds a file and holds it for a call, so that it does not end under it ({@code fdget}).
     *
     * @param fd a descriptor
     * @return its file; the caller closes it
     * @throws SyscallException EBADF if there is none
     */
    public HeldFile hold(int fd) throws SyscallException {
        HeldFile held = files.get(fd);
        SyscallException.require(held != null && held.hold(), Errno.EBADF);
        return held;
    }

    /**
     * Closes a descriptor. Its file ends when no call is in it any more and nothing maps it.
     *
     * @param fd a descriptor
     * @throws SyscallException EBADF if there is none
     */
    public void close(int fd) throws SyscallException {
        remove(fd).close();
    }

    /** Closes all descriptors, as the end of a process does. */
    public void closeAll() {
        removeAll().forEach(HeldFile::close);
    }

    private synchronized HeldFile remove(int fd) throws SyscallException {
        HeldFile held = files.remove(fd);
        SyscallException.require(held != null, Errno.EBADF);
        used.clear(fd);
        return held;
    }

    private synchronized List<HeldFile> removeAll() {
        List<HeldFile> all = List.copyOf(files.values());
        files.clear();
        used.clear(FIRST, LIMIT);
        return all;
    }
}
