package org.pinion.emulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.HostFile;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.IommuDestroy;
import org.pinion.linux.uapi.IommuIoasAlloc;
import org.pinion.linux.uapi.IommuIoasAllowIovas;
import org.pinion.linux.uapi.IommuIoasCopy;
import org.pinion.linux.uapi.IommuIoasIovaRanges;
import org.pinion.linux.uapi.IommuIoasMap;
import org.pinion.linux.uapi.IommuIoasMapFile;
import org.pinion.linux.uapi.IommuIoasUnmap;
import org.pinion.linux.uapi.IommuOption;
import org.pinion.linux.uapi.IommuIovaRange;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioDeviceAttachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceBindIommufd;
import org.pinion.linux.uapi.VfioDeviceDetachIommufdPt;
import org.pinion.linux.uapi.VfioDeviceFeature;
import org.pinion.linux.uapi.VfioDeviceFeatureDmaBuf;
import org.pinion.linux.uapi.VfioRegionDmaRange;

/** A process on an emulated kernel with one open iommufd: the requests of the tests in one line each. */
final class Process {

    static final int R = Iommufd.MAP_READABLE;
    static final int W = Iommufd.MAP_WRITEABLE;
    static final int RW = R | W;
    static final int FIXED = Iommufd.MAP_FIXED_IOVA;
    static final int PAGE = 4096;

    private static final Arena ARENA = Arena.ofAuto();

    final EmulatedKernel kernel;
    final int iommufd;

    Process(EmulatedKernel kernel) {
        this.kernel = kernel;
        this.iommufd = kernel.open("/dev/iommu", Fcntl.O_RDWR);
    }

    static Process onLab() {
        return new Process(EmulatedKernel.lab());
    }

    /** A process on a machine of its own. */
    static Process on(String hostFile) {
        return new Process(EmulatedKernel.of(HostFile.read("test.yaml", hostFile)));
    }

    /** The error number of an answer, for assertions: 0 stands for success. */
    static Object errno(long answer) {
        return answer < 0 ? Errno.of((int) -answer) : (Object) 0;
    }

    int ioas() {
        IommuIoasAlloc alloc = IommuIoasAlloc.allocate(ARENA);
        int answer = kernel.ioctl(iommufd, Iommufd.IOAS_ALLOC, alloc.memory());
        return answer < 0 ? answer : alloc.ioasId();
    }

    int destroy(int id) {
        return kernel.ioctl(iommufd, Iommufd.DESTROY, IommuDestroy.allocate(ARENA).id(id).memory());
    }

    int map(int ioas, int flags, long va, long length, long iova) {
        return kernel.ioctl(iommufd, Iommufd.IOAS_MAP, IommuIoasMap.allocate(ARENA).ioasId(ioas).flags(flags).userVa(va)
                .length(length).iova(iova).memory());
    }

    /** Maps read-write at an address. */
    int map(int ioas, long va, long length, long iova) {
        return map(ioas, RW | FIXED, va, length, iova);
    }

    /** Maps without naming an address; answers the address, or a negated error number. */
    long mapAnywhere(int ioas, long va, long length) {
        IommuIoasMap map = IommuIoasMap.allocate(ARENA).ioasId(ioas).flags(RW).userVa(va).length(length);
        int answer = kernel.ioctl(iommufd, Iommufd.IOAS_MAP, map.memory());
        return answer < 0 ? answer : map.iova();
    }

    int mapFile(int ioas, int flags, int fd, long start, long length, long iova) {
        return kernel.ioctl(iommufd, Iommufd.IOAS_MAP_FILE, IommuIoasMapFile.allocate(ARENA).ioasId(ioas).flags(flags)
                .fd(fd).start(start).length(length).iova(iova).memory());
    }

    int copy(int destination, int source, int flags, long length, long destinationIova, long sourceIova) {
        return kernel.ioctl(iommufd, Iommufd.IOAS_COPY, IommuIoasCopy.allocate(ARENA).flags(flags)
                .dstIoasId(destination).srcIoasId(source).length(length).dstIova(destinationIova).srcIova(sourceIova).memory());
    }

    /** Answers bytes removed, or a negated error number. */
    long unmap(int ioas, long iova, long length) {
        IommuIoasUnmap unmap = IommuIoasUnmap.allocate(ARENA).ioasId(ioas).iova(iova).length(length);
        int answer = kernel.ioctl(iommufd, Iommufd.IOAS_UNMAP, unmap.memory());
        return answer < 0 ? answer : unmap.length();
    }

    IommuIoasIovaRanges ranges(int ioas, int room, List<String> into) {
        MemorySegment array = ARENA.allocate(Math.max(1, room) * (long) IommuIovaRange.SIZE, 8);
        IommuIoasIovaRanges ranges = IommuIoasIovaRanges.allocate(ARENA).ioasId(ioas).numIovas(room)
                .allowedIovas(array.address());
        int answer = kernel.ioctl(iommufd, Iommufd.IOAS_IOVA_RANGES, ranges.memory());
        into.add(String.valueOf(errno(answer)));
        for (int i = 0; i < Math.min(room, ranges.numIovas()); i++) {
            IommuIovaRange range = new IommuIovaRange(array.asSlice(i * (long) IommuIovaRange.SIZE));
            into.add("0x%x-0x%x".formatted(range.start(), range.last()));
        }
        return ranges;
    }

    List<String> usable(int ioas) {
        List<String> found = new ArrayList<>();
        ranges(ioas, 16, found);
        return found.subList(1, found.size());
    }

    int allow(int ioas, long... startsAndLasts) {
        MemorySegment array = ARENA.allocate(Math.max(1, startsAndLasts.length) * 8L, 8);
        MemorySegment.copy(startsAndLasts, 0, array, ValueLayout.JAVA_LONG, 0, startsAndLasts.length);
        return kernel.ioctl(iommufd, Iommufd.IOAS_ALLOW_IOVAS, IommuIoasAllowIovas.allocate(ARENA).ioasId(ioas)
                .numIovas(startsAndLasts.length / 2).allowedIovas(array.address()).memory());
    }

    int setOption(int option, int object, long value) {
        return kernel.ioctl(iommufd, Iommufd.OPTION, IommuOption.allocate(ARENA).optionId(option)
                .op((short) Iommufd.OPTION_SET).objectId(object).val64(value).memory());
    }

    long getOption(int option, int object) {
        IommuOption get = IommuOption.allocate(ARENA).optionId(option).op((short) Iommufd.OPTION_GET).objectId(object);
        int answer = kernel.ioctl(iommufd, Iommufd.OPTION, get.memory());
        return answer < 0 ? answer : get.val64();
    }

    MemorySegment memory(long bytes) {
        return memory(bytes, Mman.PROT_READ | Mman.PROT_WRITE);
    }

    MemorySegment memory(long bytes, int protection) {
        try {
            return kernel.mmap(bytes, protection, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        } catch (ErrnoException e) {
            throw new AssertionError(e);
        }
    }

    int memfd(long bytes) {
        int fd = kernel.memfdCreate("test", Mman.MFD_CLOEXEC);
        kernel.ftruncate(fd, bytes);
        return fd;
    }

    int openDevice(int number) {
        return kernel.open("/dev/vfio/devices/vfio" + number, Fcntl.O_RDWR);
    }

    /** Answers the device's id, or a negated error number. */
    int bind(int device) {
        return bind(device, iommufd);
    }

    int bind(int device, int to) {
        VfioDeviceBindIommufd bind = VfioDeviceBindIommufd.allocate(ARENA).iommufd(to);
        int answer = kernel.ioctl(device, Vfio.DEVICE_BIND_IOMMUFD, bind.memory());
        return answer < 0 ? answer : bind.devid();
    }

    /** Answers the id of the page table, or a negated error number. */
    int attach(int device, int ptId) {
        VfioDeviceAttachIommufdPt attach = VfioDeviceAttachIommufdPt.allocate(ARENA).ptId(ptId);
        int answer = kernel.ioctl(device, Vfio.DEVICE_ATTACH_IOMMUFD_PT, attach.memory());
        return answer < 0 ? answer : attach.ptId();
    }

    int detach(int device) {
        return kernel.ioctl(device, Vfio.DEVICE_DETACH_IOMMUFD_PT, VfioDeviceDetachIommufdPt.allocate(ARENA).memory());
    }

    /** Asks a device for a dma-buf of a part of a BAR; answers a descriptor or a negated error number. */
    int export(int device, int flags, int bar, long offset, long length) {
        VfioDeviceFeature feature = exportRequest(bar, offset, length).flags(flags);
        return kernel.ioctl(device, Vfio.DEVICE_FEATURE, feature.memory());
    }

    int export(int device, int bar, long offset, long length) {
        return export(device, Vfio.FEATURE_GET | Vfio.FEATURE_DMA_BUF, bar, offset, length);
    }

    static VfioDeviceFeature exportRequest(int bar, long offset, long length) {
        int bytes = VfioDeviceFeatureDmaBuf.SIZE + VfioRegionDmaRange.SIZE;
        VfioDeviceFeature feature = VfioDeviceFeature.allocate(ARENA, bytes)
                .flags(Vfio.FEATURE_GET | Vfio.FEATURE_DMA_BUF);
        VfioDeviceFeatureDmaBuf buffer = new VfioDeviceFeatureDmaBuf(feature.data()).regionIndex(bar).nrRanges(1);
        buffer.range(0).offset(offset).length(length);
        return feature;
    }

    /** Opens and binds a device of the host. */
    int bound(int number) {
        int device = openDevice(number);
        int answer = bind(device);
        if (answer < 0) {
            throw new AssertionError("bind: " + errno(answer));
        }
        return device;
    }

    /** Opens, binds and attaches a device of the host. */
    int attached(int number, int ioas) {
        int device = bound(number);
        int answer = attach(device, ioas);
        if (answer < 0) {
            throw new AssertionError("attach: " + errno(answer));
        }
        return device;
    }

    long pinnedKilobytes() throws Exception {
        String status = kernel.readFile("/proc/self/status");
        String line = status.lines().filter(one -> one.startsWith("VmPin:")).findFirst().orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
