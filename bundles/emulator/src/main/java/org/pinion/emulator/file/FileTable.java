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

    private final Map<Integer, OpenFile> files = new ConcurrentHashMap<>();
    private final BitSet used = new BitSet();

    /** An empty table. */
    public FileTable() {
        used.set(0, FIRST);
    }

    /**
     * @param file a file
     * @return its descriptor
     * @throws SyscallException EMFILE if there are too many
     */
    public synchronized int add(OpenFile file) throws SyscallException {
        int fd = used.nextClearBit(FIRST);
        SyscallException.require(fd < LIMIT, Errno.EMFILE);
        used.set(fd);
        files.put(fd, file);
        return fd;
    }

    /**
     * @param fd a descriptor
     * @return its file
     * @throws SyscallException EBADF if there is none
     */
    public OpenFile get(int fd) throws SyscallException {
        OpenFile file = files.get(fd);
        SyscallException.require(file != null, Errno.EBADF);
        return file;
    }

    /**
     * Closes a descriptor.
     *
     * @param fd a descriptor
     * @throws SyscallException EBADF if there is none
     */
    public void close(int fd) throws SyscallException {
        remove(fd).release();
    }

    /** Closes all descriptors, as the end of a process does. */
    public void closeAll() {
        for (OpenFile file : removeAll()) {
            file.release();
        }
    }

    private synchronized OpenFile remove(int fd) throws SyscallException {
        OpenFile file = files.remove(fd);
        SyscallException.require(file != null, Errno.EBADF);
        used.clear(fd);
        return file;
    }

    private synchronized List<OpenFile> removeAll() {
        List<OpenFile> all = List.copyOf(files.values());
        files.clear();
        used.clear(FIRST, LIMIT);
        return all;
    }
}
