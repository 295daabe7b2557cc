package org.pinion.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.pinion.device.VfioDevice;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/** Memory of this process of some kind; closing it gives back all that it took. */
final class Memory implements AutoCloseable {

    static final long MIB = 1 << 20;

    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int ANONYMOUS = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long HUGE = 2 * MIB;
    /** Nothing that makes room by itself goes so low. */
    private static final long LOW = 16 * MIB;
    private static final long BIOS = 0xf0000;

    private final Kernel kernel;
    private final Deque<Return> taken = new ArrayDeque<>();
    private long address;
    private long size;

    private Memory(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Makes memory of one kind. */
    @FunctionalInterface
    interface Maker {
        Memory make(Kernel kernel) throws IOException;
    }

    /** Gives back what was taken. */
    @FunctionalInterface
    private interface Return {
        void run() throws IOException;
    }

    long address() {
        return address;
    }

    long size() {
        return size;
    }

    static Memory anonymous(Kernel kernel) {
        return new Memory(kernel).map(MIB, READ_WRITE, ANONYMOUS, -1, 0).touch();
    }

    static Memory readOnly(Kernel kernel) {
        Memory memory = anonymous(kernel);
        Syscalls.protect(memory.address, memory.size, Mman.PROT_READ);
        return memory;
    }

    static Memory noAccess(Kernel kernel) {
        return new Memory(kernel).map(MIB, Syscalls.PROT_NONE, ANONYMOUS, -1, 0);
    }

    static Memory transparentHugePages(Kernel kernel) {
        Memory memory = new Memory(kernel).map(4 * HUGE, READ_WRITE, ANONYMOUS, -1, 0);
        Syscalls.adviseHugePages(memory.address, memory.size);
        memory.address = memory.address + HUGE - 1 & -HUGE;
        memory.size = 2 * HUGE;
        return memory.touch();
    }

    static Memory hugePages(Kernel kernel) throws IOException {
        KernelView view = new KernelView(kernel);
        view.setHugePages(8);
        Memory memory = new Memory(kernel);
        memory.taken.push(() -> view.setHugePages(0));
        return memory.map(2 * HUGE, READ_WRITE, ANONYMOUS | Syscalls.MAP_HUGETLB, -1, 0).touch();
    }

    static Memory memfd(Kernel kernel) throws ErrnoException {
        Memory memory = new Memory(kernel);
        int fd = memory.own(kernel.memfdCreate("lab", Mman.MFD_CLOEXEC));
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, MIB));
        return memory.map(MIB, READ_WRITE, Mman.MAP_SHARED, fd, 0);
    }

    /** The file ends in the middle of the memory. */
    static Memory cutFile(Kernel kernel) throws ErrnoException {
        Memory memory = new Memory(kernel);
        int fd = memory.own(kernel.memfdCreate("lab", Mman.MFD_CLOEXEC));
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, MIB / 2));
        return memory.map(MIB, READ_WRITE, Mman.MAP_SHARED, fd, 0);
    }

    static Memory secret(Kernel kernel) throws ErrnoException {
        Memory memory = new Memory(kernel);
        int fd = memory.own(Syscalls.secretFile());
        ErrnoException.check("ftruncate", kernel.ftruncate(fd, MIB));
        return memory.map(MIB, READ_WRITE, Mman.MAP_SHARED, fd, 0).touch();
    }

    /** Memory of a file in a directory, mapped shared or as private pages, for writing or only for reading. */
    static Maker file(Path directory, boolean shared, boolean writable) {
        return kernel -> {
            Path file = Files.createTempFile(directory, "lab", ".bytes");
            Memory memory = new Memory(kernel);
            memory.taken.push(() -> Files.delete(file));
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.setLength(MIB);
            }
            int fd = memory.own(kernel.open(file.toString(), Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
            return memory.map(MIB, writable ? READ_WRITE : Mman.PROT_READ,
                    shared ? Mman.MAP_SHARED : Mman.MAP_PRIVATE, fd, 0);
        };
    }

    /** A BAR, as the device's own node shows it. */
    static Memory bar(Kernel kernel) throws IOException {
        Memory memory = new Memory(kernel);
        RawIoas ioas = new RawIoas(kernel);
        memory.taken.push(ioas::close);
        VfioDevice device = ioas.openDevice(Guest.SHARED_MEMORY);
        long offset = device.region(Guest.SHARED_MEMORY_BAR).fileOffset();
        return memory.map(MIB, READ_WRITE, Mman.MAP_SHARED, device.fd(), offset);
    }

    static Memory physical(Kernel kernel) throws ErrnoException {
        Memory memory = new Memory(kernel);
        int fd = memory.own(kernel.open("/dev/mem", Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        return memory.map(0x10000, READ_WRITE, Mman.MAP_SHARED, fd, BIOS);
    }

    /** Addresses at which there is nothing. */
    static Memory hole(Kernel kernel) {
        Memory memory = new Memory(kernel);
        memory.address = LOW;
        memory.size = MIB;
        return memory;
    }

    /** Only the first half is there. */
    static Memory half(Kernel kernel) {
        Memory memory = new Memory(kernel);
        Syscalls.map(LOW, MIB / 2, READ_WRITE, ANONYMOUS | Syscalls.MAP_FIXED, -1, 0);
        memory.taken.push(() -> Syscalls.unmap(LOW, MIB / 2));
        memory.address = LOW;
        memory.size = MIB;
        return memory;
    }

    private int own(int fd) throws ErrnoException {
        ErrnoException.check("open", fd);
        taken.push(() -> kernel.close(fd));
        return fd;
    }

    private Memory map(long bytes, int protection, int flags, int fd, long offset) {
        long start = Syscalls.map(0, bytes, protection, flags, fd, offset);
        taken.push(() -> Syscalls.unmap(start, bytes));
        address = start;
        size = bytes;
        return this;
    }

    private Memory touch() {
        MemorySegment segment = MemorySegment.ofAddress(address).reinterpret(size);
        for (long at = 0; at < size; at += kernel.pageSize()) {
            segment.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
        }
        return this;
    }

    @Override
    public void close() throws IOException {
        while (!taken.isEmpty()) {
            taken.pop().run();
        }
    }
}
