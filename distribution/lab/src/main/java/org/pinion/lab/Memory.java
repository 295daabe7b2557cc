package org.pinion.lab;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;
import org.pinion.linux.uapi.VfioRegionInfo;

/** Memory of this process of some kind; closing it gives back all that it took. */
final class Memory implements AutoCloseable {

    static final long MIB = 1 << 20;

    private static final int READ_WRITE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final int ANONYMOUS = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    private static final long HUGE = 2 * MIB;
    /** Nothing that makes room by itself goes so low. */
    private static final long LOW = 16 * MIB;
    private static final long BIOS = 0xf0000;
    private static final String HUGE_PAGES = "/proc/sys/vm/nr_hugepages";

    private final Kernel kernel;
    private final Deque<Runnable> taken = new ArrayDeque<>();
    private long address;
    private long size;

    private Memory(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Makes memory of one kind. */
    @FunctionalInterface
    interface Maker {
        Memory make(Kernel kernel) throws IOException, ErrnoException;
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
        String before = kernel.readFile(HUGE_PAGES).strip();
        kernel.writeFile(HUGE_PAGES, "8");
        Memory memory = new Memory(kernel);
        memory.taken.push(() -> write(kernel, HUGE_PAGES, before));
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
            memory.taken.push(() -> delete(file));
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.setLength(MIB);
            }
            int fd = memory.own(kernel.open(file.toString(), Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
            return memory.map(MIB, writable ? READ_WRITE : Mman.PROT_READ,
                    shared ? Mman.MAP_SHARED : Mman.MAP_PRIVATE, fd, 0);
        };
    }

    /** A BAR, as the device's own node shows it. */
    static Memory bar(Kernel kernel) throws IOException, ErrnoException {
        Memory memory = new Memory(kernel);
        int iommufd = memory.own(kernel.open("/dev/iommu", Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        String node = new KernelView(kernel).nodes(Guest.SHARED_MEMORY, "iommufd").getLast().toString();
        int device = memory.own(kernel.open(node, Fcntl.O_RDWR | Fcntl.O_CLOEXEC));
        try (Arena arena = Arena.ofConfined()) {
            VfioDeviceBindIommufd bind = VfioDeviceBindIommufd.allocate(arena).iommufd(iommufd);
            ErrnoException.check("BIND_IOMMUFD", kernel.ioctl(device, Vfio.DEVICE_BIND_IOMMUFD, bind.memory()));
            VfioRegionInfo region = VfioRegionInfo.allocate(arena).index(Guest.SHARED_MEMORY_BAR);
            ErrnoException.check(
                    "GET_REGION_INFO", kernel.ioctl(device, Vfio.DEVICE_GET_REGION_INFO, region.memory()));
            return memory.map(MIB, READ_WRITE, Mman.MAP_SHARED, device, region.offset());
        }
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

    private static void delete(Path file) {
        Expect.that(file.toFile().delete(), file + " cannot be deleted");
    }

    private static void write(Kernel kernel, String file, String content) {
        try {
            kernel.writeFile(file, content);
        } catch (IOException refused) {
            throw new AssertionError(file + " takes no " + content, refused);
        }
    }

    @Override
    public void close() {
        while (!taken.isEmpty()) {
            taken.pop().run();
        }
    }
}
