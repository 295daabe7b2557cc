package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.pinion.emulator.memory.PageRun;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;

/** How tests look into the kernel. */
final class MockChecks {

    /** A page of mock devices before Linux 7. */
    private static final long OLD_PAGE = 2048;

    private static final long BITS_AT_MOST = 8L * (16 << 20);

    private final IommufdContext context;
    private final MockHost host;

    MockChecks(IommufdContext context, MockHost host) {
        this.context = context;
        this.host = host;
    }

    private PageTable mockTable(int id) throws SyscallException {
        PageTable table = context.objects().pageTable(id);
        SyscallException.require(table.driver() == PageTable.Driver.MOCK, Errno.EINVAL);
        return table;
    }

    /** Compares where a page table leads with the memory of the process: EINVAL if it is elsewhere. */
    void mapped(MockFields fields) throws SyscallException {
        long iova = fields.address(0);
        long length = fields.address(8);
        long address = fields.address(16);
        if (!host.release().attachesPasids()) {
            SyscallException.require(((iova | length | address) & OLD_PAGE - 1) == 0, Errno.EINVAL);
            requireBelowEnd(address, length);
        }
        PageTable table = mockTable(fields.id());
        long step = table.bytes();
        SyscallException.require(((iova | length | address) & step - 1) == 0, Errno.EINVAL);
        requireBelowEnd(address, length);
        for (long done = 0; done < length; done += step) {
            PageRun page = page(Pages.roundDown(address + done));
            Area area = table.ioas().areaAt(iova + done);
            SyscallException.require(area != null, Errno.EINVAL);
            Chunk chunk = area.locate(iova + done, step);
            boolean same = chunk.memory() == page.memory()
                    && chunk.offset() == page.offset() + (address + done) % Pages.SIZE;
            SyscallException.require(same, Errno.EINVAL);
        }
    }

    /** The address after the last must be one too. */
    private static void requireBelowEnd(long address, long length) throws SyscallException {
        SyscallException.require(Long.compareUnsigned(address + length, address) >= 0, Errno.EINVAL);
    }

    private PageRun page(long address) throws SyscallException {
        return context.process().pages(address, Pages.SIZE, false).getFirst();
    }

    /** EIO if a page at an address is not pinned as often as expected, by all iommufds; the lock is not held. */
    void pins(MockFields fields) throws SyscallException {
        long length = fields.address(0);
        long address = fields.address(8);
        SyscallException.require((length | address) % Pages.SIZE == 0, Errno.EINVAL);
        requireBelowEnd(address, length);
        List<PageRun> pinned = host.pinned();
        for (long done = 0; done < length; done += Pages.SIZE) {
            PageRun page = page(address + done);
            long count = pinned.stream().filter(run -> holds(run, page)).count();
            SyscallException.require(count == fields.word(16), Errno.EIO);
        }
    }

    private static boolean holds(PageRun run, PageRun page) {
        return run.memory() == page.memory() && run.offset() <= page.offset()
                && page.offset() - run.offset() < run.bytes();
    }

    /** EINVAL if an entry of a nested page table's cache is not what is expected. */
    void cached(MockFields fields) throws SyscallException {
        if (context.objects().get(fields.id()) instanceof NestedTable table) {
            SyscallException.require(table.cached(fields.word(0)) == fields.word(4), Errno.EINVAL);
        } else {
            throw new SyscallException(Errno.ENOENT);
        }
    }

    /** Marks pages as written by a device: EINVAL misaligned or if nobody wants to know. */
    void writeDirty(MockFields fields) throws SyscallException {
        long iova = fields.address(8);
        long length = fields.address(16);
        long pageSize = fields.address(24);
        boolean sound = pageSize != 0 && length != 0 && fields.address(32) != 0
                && Long.remainderUnsigned(iova, pageSize) == 0 && Long.remainderUnsigned(length, pageSize) == 0;
        SyscallException.require(sound, Errno.EINVAL);
        long bits = Long.divideUnsigned(length, pageSize);
        SyscallException.require(Long.compareUnsigned(bits, BITS_AT_MOST) <= 0, Errno.EOVERFLOW);
        WrittenPages written = mockTable(fields.id()).written();
        SyscallException.require(written != null && written.tracking(), Errno.EINVAL);
        MemorySegment bitmap = UserMemory.at(fields.address(32), bits + 7 >>> 3);
        long count = 0;
        for (long bit = 0; bit < bits; bit++) {
            boolean set = (bitmap.get(ValueLayout.JAVA_BYTE, bit >>> 3) >> (bit & 7) & 1) != 0;
            if (set && write(written, iova + bit * pageSize, pageSize)) {
                count++;
            }
        }
        fields.address(40, count);
    }

    /**
     * Whether it counts as written. Before Linux 7 that is what is mapped, and an address is the number of a page,
     * whatever size of pages is named.
     */
    private boolean write(WrittenPages written, long iova, long pageSize) {
        boolean old = !host.release().attachesPasids();
        return written.write(old ? Long.divideUnsigned(iova, pageSize) * OLD_PAGE : iova) || !old;
    }
}
