package org.pinion.emulator.file;

import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** The descriptors of the process: the lowest free number is given first. Safe for use by many threads. */
public final class FileTable {

    /** 0, 1 and 2 belong to the standard streams. */
    private static final int FIRST = 3;

    private static final int LIMIT = 1 << 20;

    private final Map<Integer, OpenFile> files = new ConcurrentHashMap<>();
    private final Map<Long, OpenFile> mapped = new HashMap<>();
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
        OpenFile last = remove(fd);
        if (last != null) {
            last.release();
        }
    }

    /**
     * Keeps a file open for as long as it is mapped, whatever happens to its descriptor ({@code mmap(2)}).
     *
     * @param address where the mapping begins
     * @param file the file
     */
    public synchronized void keep(long address, OpenFile file) {
        mapped.put(address, file);
    }

    /**
     * Ends what {@link #keep} began; with the last descriptor and the last mapping the file goes.
     *
     * @param address where the mapping began; of none, if no file was mapped there
     */
    public void drop(long address) {
        OpenFile last = unmapped(address);
        if (last != null) {
            last.release();
        }
    }

    /** The file, if this was all that kept it. */
    private synchronized OpenFile unmapped(long address) {
        OpenFile file = mapped.remove(address);
        return file == null || mapped.containsValue(file) || files.containsValue(file) ? null : file;
    }

    /** Closes all descriptors and ends what mappings keep, as the end of a process does. */
    public void closeAll() {
        for (OpenFile file : removeAll()) {
            file.release();
        }
    }

    /** The file, if this was all that kept it. */
    private synchronized OpenFile remove(int fd) throws SyscallException {
        OpenFile file = files.remove(fd);
        SyscallException.require(file != null, Errno.EBADF);
        used.clear(fd);
        return mapped.containsValue(file) ? null : file;
    }

    private synchronized Set<OpenFile> removeAll() {
        Set<OpenFile> all = new LinkedHashSet<>(files.values());
        all.addAll(mapped.values());
        files.clear();
        mapped.clear();
        used.clear(FIRST, LIMIT);
        return all;
    }
}
