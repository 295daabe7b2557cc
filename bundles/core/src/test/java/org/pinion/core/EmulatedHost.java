package org.pinion.core;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.pinion.api.AddressRange;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.backend.iommufd.IommufdBackend;
import org.pinion.backend.vfio.VfioBackend;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.spi.backend.IommuBackend;

/** An emulated machine with edu devices, each in a group of its own, and memory that they can reach. */
final class EmulatedHost {

    static final long PAGE = 4096;

    final Kernel kernel;

    EmulatedHost(int devices) {
        List<HostDevice> edus = new ArrayList<>();
        for (int number = 0; number < devices; number++) {
            IommuGeometry geometry =
                    new IommuGeometry(new IovaRange(0, (1L << 39) - 1), List.of(PAGE, 2L << 20, 1L << 30));
            edus.add(new HostDevice(
                    edu(number), DeviceModel.EDU, number + 1, "vfio-pci", geometry, List.of(), false));
        }
        kernel = EmulatedKernel.of(new Host("test", OptionalLong.empty(), true, true, edus));
    }

    static String edu(int number) {
        return "0000:00:%02x.0".formatted(number + 4);
    }

    IommuBackend backend(String name) {
        return backend(name, kernel);
    }

    static IommuBackend backend(String name, Kernel on) {
        return name.equals("vfio") ? new VfioBackend(on) : new IommufdBackend(on);
    }

    /** Memory of this process, in a file. */
    record Memory(Backing.MemoryFile backing, MemorySegment segment) {

        Section at(long iova, long offset, long bytes) {
            return Section.ram(AddressRange.ofSize(iova, bytes), backing.advance(offset), "ram");
        }
    }

    Memory memory(long bytes) throws ErrnoException {
        int fd = kernel.memfdCreate("ram", Mman.MFD_CLOEXEC);
        kernel.ftruncate(fd, bytes);
        MemorySegment memory = kernel.mmap(bytes, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_SHARED, fd, 0);
        return new Memory(new Backing.MemoryFile(fd, 0, memory.address()), memory);
    }

    /** Has an edu read eight bytes into its buffer and write them elsewhere. */
    static void copy(AttachedDevice edu, long from, long to) throws IommuException {
        put(edu, 7, 4, 6, Short.BYTES);
        transfer(edu, from, 0x40000, 1);
        transfer(edu, 0x40000, to, 3);
    }

    private static void transfer(AttachedDevice edu, long from, long to, long command) throws IommuException {
        put(edu, 0, 0x80, from, Long.BYTES);
        put(edu, 0, 0x88, to, Long.BYTES);
        put(edu, 0, 0x90, Long.BYTES, Long.BYTES);
        put(edu, 0, 0x98, command, Integer.BYTES);
    }

    private static void put(AttachedDevice edu, int region, long offset, long value, int bytes)
            throws IommuException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, value);
            edu.write(region, offset, word.asSlice(0, bytes));
        }
    }
}
