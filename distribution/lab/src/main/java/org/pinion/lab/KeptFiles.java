package org.pinion.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.device.VfioDevice;
import org.pinion.device.cause.DeviceAccess;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/**
 * The edu and the memory of another process, by its own open files: so this process sees what the device does while
 * nobody else could have it do anything.
 */
final class KeptFiles implements AutoCloseable {

    private static final int CONFIG_SPACE = 7;
    private static final int COMMAND_REGISTER = 4;
    private static final int MEMORY_SPACE_AND_BUS_MASTER = 0x6;
    private static final int SOURCE = 0x80;
    private static final int DESTINATION = 0x88;
    private static final int COUNT = 0x90;
    private static final int COMMAND = 0x98;
    private static final long BUFFER = 0x40000;
    private static final int START = 1;
    private static final int FROM_DEVICE = 2;

    private final Kernel kernel;
    private final int memory;
    private final VfioDevice edu;
    private final Registers registers;

    private KeptFiles(Kernel kernel, int memory, VfioDevice edu) throws IommuException {
        this.kernel = kernel;
        this.memory = memory;
        this.edu = edu;
        DeviceAccess access = new DeviceAccess(new HostDevice(Guest.EDU, "", -1, "", false), edu);
        this.registers = new Registers(access, 0);
        new Registers(access, CONFIG_SPACE).set(COMMAND_REGISTER, MEMORY_SPACE_AND_BUS_MASTER);
    }

    static KeptFiles of(Kernel kernel, long process) throws IOException, IommuException {
        String node = new KernelView(kernel).function(Guest.EDU).characterDevice().orElseThrow();
        int device = Syscalls.duplicate(process, file(process, node::equals));
        int memory = Syscalls.duplicate(process, file(process, name -> name.startsWith("/memfd:pc.ram")));
        return new KeptFiles(kernel, memory, VfioDevice.of(kernel, Guest.EDU, device, new LongAdder()));
    }

    private static int file(long process, Predicate<String> named) throws IOException {
        return files(process).stream()
                .filter(file -> named.test(target(file)))
                .map(file -> Integer.parseInt(file.getFileName().toString()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        "process " + process + " has open " + files(process, KeptFiles::target)));
    }

    private static List<Path> files(long process) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + process + "/fd"))) {
            return open.toList();
        }
    }

    private static List<String> files(long process, Function<Path, String> look) {
        try {
            return files(process).stream().map(look).toList();
        } catch (IOException gone) {
            return List.of(gone.toString());
        }
    }

    /** Which files of VFIO, of memory and of the IOMMU a process has open. */
    static List<String> kept(long process) {
        return files(process, KeptFiles::target).stream()
                .filter(name -> name.matches("/dev/vfio/.*|/memfd:.*|.*iommu.*"))
                .sorted()
                .toList();
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "";
        }
    }

    void put(long offset, byte[] bytes) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            long written = kernel.pwrite(memory, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), offset);
            ErrnoException.check("pwrite", (int) written);
        }
    }

    byte[] get(long offset, int count) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(count);
            ErrnoException.check("pread", (int) kernel.pread(memory, bytes, offset));
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** The device reads from memory into its buffer. */
    void read(long iova, int count) throws Exception {
        start(iova, BUFFER, count, START);
        await();
    }

    /** The device begins to write its buffer to memory. */
    void startWriting(long iova, int count) throws Exception {
        start(BUFFER, iova, count, START | FROM_DEVICE);
    }

    private void start(long source, long destination, int count, int command) throws Exception {
        registers.setLong(SOURCE, source);
        registers.setLong(DESTINATION, destination);
        registers.set(COUNT, count);
        registers.set(COMMAND, command);
    }

    boolean running() throws Exception {
        return (registers.get(COMMAND) & START) != 0;
    }

    void await() throws Exception {
        long began = System.nanoTime();
        while (running()) {
            Expect.that(System.nanoTime() - began < 10_000_000_000L, "the edu is not done after 10 s");
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() throws ErrnoException {
        kernel.close(memory);
        edu.close();
    }
}
