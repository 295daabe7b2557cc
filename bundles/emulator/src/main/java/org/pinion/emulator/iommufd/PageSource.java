package org.pinion.emulator.iommufd;

import java.util.List;
import org.pinion.emulator.memory.PageRun;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.memory.ProcessMemory;
import org.pinion.emulator.memory.SparseMemory;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.linux.Errno;

/** Where the pages of a mapping come from. */
sealed interface PageSource {

    /** The address or file offset of the first page, which guides the choice of an IO virtual address. */
    long base();

    /**
     * Finds pages.
     *
     * @param offset where, bytes from the source's beginning, page aligned
     * @param length bytes, whole pages
     * @param write whether they are to be written
     * @return the pages, in order
     * @throws SyscallException EFAULT or EINVAL if one of them is not to be had
     */
    List<PageRun> find(long offset, long length, boolean write) throws SyscallException;

    /**
     * Addresses of the process, pinned piece by piece ({@code pfn_reader_user_pin} in drivers/iommu/iommufd/pages.c):
     * EOVERFLOW if the first piece ends with the last of all addresses ({@code gup_fast_fallback} in mm/gup.c).
     */
    record UserAddress(ProcessMemory process, long base) implements PageSource {

        /** As many pages as there is room for in TEMP_MEMORY_LIMIT, by a pointer each. */
        private static final long PIECE = 65536 / Long.BYTES * Pages.SIZE;

        @Override
        public List<PageRun> find(long offset, long length, boolean write) throws SyscallException {
            long start = base + offset;
            SyscallException.require(start + Math.min(length, PIECE) != 0, Errno.EOVERFLOW);
            return process.pages(start, length, write);
        }

        /** The pages up to where nothing is, as {@code copy_to_user} meets them. */
        List<PageRun> reachable(long offset, long length, boolean write) {
            return process.reachable(base + offset, length, write, false);
        }
    }

    /** A memfd ({@code memfd_pin_folios}, which answers EINVAL past the file's end). */
    record FileOffset(SparseMemory file, long base) implements PageSource {

        @Override
        public List<PageRun> find(long offset, long length, boolean write) throws SyscallException {
            long start = base + offset;
            SyscallException.require(start >= 0 && length > 0 && start + length > 0
                    && start + length <= Pages.roundUp(file.size()), Errno.EINVAL);
            return List.of(new PageRun(file, start, length));
        }
    }

    /** A file that is no memory: it can be named in a MAP_FILE, and fails when its pages are wanted. */
    record OtherFile(long base) implements PageSource {

        @Override
        public List<PageRun> find(long offset, long length, boolean write) throws SyscallException {
            throw new SyscallException(Errno.EINVAL);
        }
    }
}
