package org.pinion.emulator.iommufd;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.Lock;
import org.pinion.emulator.file.HeldFile;
import org.pinion.emulator.memory.PageRun;
import org.pinion.emulator.memory.Pages;
import org.pinion.emulator.syscall.SyscallException;
import org.pinion.emulator.syscall.UserMemory;
import org.pinion.linux.Errno;

/**
 * What tests do as a driver that reaches memory without an IOMMU. An access may be one of another iommufd than the one
 * that is asked: all but making one is done under the lock of the access's own, with no other lock held.
 */
final class MockAccesses {

    private static final int NEEDS_PIN_PAGES = 1;
    private static final int WRITE = 1;
    private static final int SLOW_PATH = 4;
    private static final long LONGEST = 16L << 20;

    private final IommufdContext context;

    MockAccesses(IommufdContext context) {
        this.context = context;
    }

    /** EOPNOTSUPP for unknown flags, ENOENT, EADDRINUSE if something is mapped misaligned. */
    void create(MockFields fields) throws SyscallException {
        int flags = fields.word(4);
        SyscallException.require((flags & ~NEEDS_PIN_PAGES) == 0, Errno.EOPNOTSUPP);
        EmulatedBinding binding = context.bindAccess(flags == 0 ? 1 : Pages.SIZE);
        try {
            binding.attach(fields.id());
            fields.word(0, context.files().add(new MockAccessFile(binding, flags != 0)));
        } catch (SyscallException e) {
            binding.unbind();
            throw e;
        }
    }

    void move(MockFields fields) throws SyscallException {
        use(fields, file -> file.binding().attach(fields.word(0)));
    }

    /** Pins pages, and answers EFAULT or EBADE if they are not those at an address of the process, if one is given. */
    void pin(MockFields fields) throws SyscallException {
        requireLength(fields.address(16));
        SyscallException.require((fields.word(0) & ~WRITE) == 0, Errno.EOPNOTSUPP);
        use(fields, file -> pin(file, fields));
    }

    private void pin(MockAccessFile file, MockFields fields) throws SyscallException {
        SyscallException.require(file.pins(), Errno.EOPNOTSUPP);
        EmulatedAccess access = file.binding().access();
        AccessPin pin = new AccessMemory(access).pin(file.nextPin(), fields.address(8), fields.address(16),
                (fields.word(0) & WRITE) != 0);
        try {
            if (fields.address(24) != 0) {
                checkSame(access, pin, fields.address(24));
            }
        } catch (SyscallException e) {
            pin.unpin();
            throw e;
        }
        access.pins().add(pin);
        file.pinned();
        fields.word(4, pin.id());
    }

    private void checkSame(EmulatedAccess access, AccessPin pin, long address) throws SyscallException {
        long length = pin.range().last() - pin.range().start() + 1;
        PageSource source = new PageSource.UserAddress(context.process(), Pages.roundDown(address));
        for (long done = 0; done < length; done += Pages.SIZE) {
            PageRun page = source.find(done, Pages.SIZE, false).getFirst();
            Area area = access.ioas().mappedAt(pin.range().start() + done);
            Chunk chunk = area.locate(pin.range().start() + done, 1);
            boolean same = chunk.memory() == page.memory() && Pages.roundDown(chunk.offset()) == page.offset();
            SyscallException.require(same, Errno.EBADE);
        }
    }

    /** ENOENT if there is no such pin, or not any more. */
    void unpin(MockFields fields) throws SyscallException {
        use(fields, file -> unpin(file.binding().access(), fields.word(0)));
    }

    private static void unpin(EmulatedAccess access, int id) throws SyscallException {
        for (AccessPin pin : access.pins()) {
            if (pin.id() == id) {
                access.pins().remove(pin);
                pin.unpin();
                return;
            }
        }
        throw new SyscallException(Errno.ENOENT);
    }

    void copy(MockFields fields) throws SyscallException {
        long length = fields.address(8);
        requireLength(length);
        int flags = fields.word(24);
        SyscallException.require((flags & ~(WRITE | SLOW_PATH)) == 0, Errno.EOPNOTSUPP);
        MemorySegment buffer = UserMemory.at(fields.address(16), length);
        MemorySegment copied = UserMemory.kernelCopy((int) length).copyFrom(buffer);
        use(fields, file -> new AccessMemory(file.binding().access()).copy(
                fields.address(0), copied, (flags & WRITE) != 0, (flags & SLOW_PATH) == 0));
        buffer.copyFrom(copied);
    }

    private static void requireLength(long length) throws SyscallException {
        SyscallException.require(Long.compareUnsigned(length, LONGEST) <= 0, Errno.ENOMEM);
    }

    /** What is done with an access. */
    @FunctionalInterface
    private interface Use {
        void run(MockAccessFile file) throws SyscallException;
    }

    /** EBADFD if the descriptor is that of no access. */
    private void use(MockFields fields, Use use) throws SyscallException {
        try (HeldFile held = held(fields.id())) {
            if (!(held.file() instanceof MockAccessFile file)) {
                throw new SyscallException(Errno.EBADFD);
            }
            Lock lock = file.binding().lock();
            lock.lock();
            try {
                use.run(file);
            } finally {
                lock.unlock();
            }
        }
    }

    private HeldFile held(int fd) throws SyscallException {
        try {
            return context.files().hold(fd);
        } catch (SyscallException none) {
            throw new SyscallException(Errno.EBADFD);
        }
    }
}
