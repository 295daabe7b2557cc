package org.pinion.backend.iommufd;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.IommuDriver;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;

/** An emulated machine whose kernel is watched, with some memory of the process. */
final class Machine {

    static final String EDU = "0000:00:10.0";
    static final String EDU2 = "0000:00:11.0";
    static final String IVSHMEM = "0000:00:12.0";
    static final String MDEV = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
    static final long PAGE = 0x1000;
    static final long MIB = 0x100000;
    static final ReservedRegion MSI = reserved(0xfee00000L, 0xfeefffffL, ReservedType.MSI);

    private static final IommuGeometry INTEL =
            new IommuGeometry(new IovaRange(0, 0x7fffffffffL), List.of(PAGE, 0x200000L, 0x40000000L));

    final EmulatedKernel emulated;
    final WatchedKernel watched;
    final IommufdBackend backend;

    private Machine(Host host) {
        this.emulated = EmulatedKernel.of(host);
        this.watched = new WatchedKernel(emulated);
        this.backend = new IommufdBackend(watched.kernel());
    }

    /** Two edu in groups of their own, and an mdev. */
    static Machine usual() {
        return with(edu(EDU, 1, MSI), edu(EDU2, 2, MSI), mdev());
    }

    static Machine with(HostDevice... devices) {
        return new Machine(host(OptionalLong.empty(), devices));
    }

    static Machine of(KernelRelease release, HostDevice... devices) {
        return new Machine(host(release, OptionalLong.empty(), devices));
    }

    /** A machine of Linux 6.12 with an edu behind a virtio IOMMU. */
    static Machine oldVirtio(ReservedRegion... reserved) {
        return new Machine(new Host("emulated in Java", KernelRelease.LINUX_6_12, OptionalLong.empty(), true, true, 65535,
                false, IommuDriver.VIRTIO, List.of(edu(EDU, 1, reserved), mdev())));
    }

    static Machine withMemlock(long bytes, HostDevice... devices) {
        return new Machine(host(OptionalLong.of(bytes), devices));
    }

    private static Host host(OptionalLong memlock, HostDevice... devices) {
        return host(KernelRelease.LINUX_7_3, memlock, devices);
    }

    private static Host host(KernelRelease release, OptionalLong memlock, HostDevice... devices) {
        return new Host(
                release.kernel() + " emulated in Java", release, memlock, memlock.isEmpty(), true, 65535, List.of(devices));
    }

    static HostDevice edu(String address, int group, ReservedRegion... reserved) {
        return device(address, group, "vfio-pci", false, reserved);
    }

    static HostDevice device(
            String address, int group, String driver, boolean unsafeInterrupts, ReservedRegion... reserved) {
        return new HostDevice(
                address, DeviceModel.EDU, group, driver, INTEL, Arrays.asList(reserved), unsafeInterrupts);
    }

    /** An ivshmem that has a reset of its own. */
    static HostDevice resettable(String address, int group) {
        return new HostDevice(address, DeviceModel.IVSHMEM, group, "vfio-pci", INTEL, List.of(MSI), false, true);
    }

    static HostDevice ivshmem(String address, int group) {
        return new HostDevice(address, DeviceModel.IVSHMEM, group, "vfio-pci", INTEL, List.of(MSI), false);
    }

    /** An edu behind an IOMMU with 64 bits of addresses. */
    static HostDevice wide(String address, int group, ReservedRegion... reserved) {
        IommuGeometry all = new IommuGeometry(new IovaRange(0, -1L), List.of(PAGE));
        return new HostDevice(
                address, DeviceModel.EDU, group, "vfio-pci", all, Arrays.asList(reserved), false);
    }

    /** An edu behind an IOMMU that tells which pages devices wrote. */
    static HostDevice tracked(String address, int group, ReservedRegion... reserved) {
        IommuGeometry tells = new IommuGeometry(INTEL.aperture(), INTEL.pageSizes(), true, false, false);
        return new HostDevice(address, DeviceModel.EDU, group, "vfio-pci", tells, Arrays.asList(reserved), false);
    }

    static HostDevice mdev() {
        return new HostDevice(MDEV, DeviceModel.MTTY, 9, "mtty", INTEL, List.of(), false);
    }

    static ReservedRegion reserved(long start, long last, ReservedType type) {
        return new ReservedRegion(new IovaRange(start, last), type);
    }

    MemorySegment memory(long bytes) {
        return memory(bytes, Mman.PROT_READ | Mman.PROT_WRITE);
    }

    MemorySegment memory(long bytes, int protection) {
        try {
            return watched.kernel().mmap(bytes, protection, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        } catch (ErrnoException refused) {
            throw new AssertionError(refused);
        }
    }

    /** A mapping of new memory of this process. */
    Mapping ram(long iova, long bytes) {
        return user(iova, bytes, memory(bytes).address());
    }

    static Mapping user(long iova, long bytes, long address) {
        return new Mapping(
                AddressRange.ofSize(iova, bytes), Access.READ_WRITE, Route.USER, new Backing.UserMemory(address));
    }

    static Mapping file(long iova, long bytes, int fd, long offset) {
        return new Mapping(
                AddressRange.ofSize(iova, bytes), Access.READ_WRITE, Route.FILE, new Backing.MemoryFile(fd, offset, 0));
    }

    int memfd(long bytes) {
        int fd = watched.kernel().memfdCreate("test", Mman.MFD_CLOEXEC);
        watched.kernel().ftruncate(fd, bytes);
        return fd;
    }

    /** {@return what is still open or pinned, in words} */
    List<String> leaks() throws IOException {
        List<String> leaks = new ArrayList<>(watched.open().values());
        if (watched.pinned() != 0) {
            leaks.add(watched.pinned() + " bytes pinned");
        }
        return leaks;
    }
}
