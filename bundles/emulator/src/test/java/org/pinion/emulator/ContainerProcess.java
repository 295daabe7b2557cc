package org.pinion.emulator;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.pinion.emulator.host.HostFile;
import org.pinion.linux.Fcntl;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioGroupStatus;
import org.pinion.linux.uapi.VfioInfoCapHeader;
import org.pinion.linux.uapi.VfioIommuType1DirtyBitmap;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioIommuType1DmaUnmap;
import org.pinion.linux.uapi.VfioIommuType1Info;
import org.pinion.linux.uapi.VfioIommuType1InfoCapIovaRange;
import org.pinion.linux.uapi.VfioIommuType1InfoDmaAvail;
import org.pinion.linux.uapi.VfioIovaRange;
import org.pinion.linux.uapi.VfioType1;

/** A process on an emulated kernel with one open container: the requests of the tests in one line each. */
final class ContainerProcess {

    static final int R = VfioType1.MAP_READ;
    static final int W = VfioType1.MAP_WRITE;
    static final int RW = R | W;
    static final int V1 = VfioType1.TYPE1;
    static final int V2 = VfioType1.TYPE1_V2;
    static final String EDU = "0000:00:10.0";
    static final String IVSHMEM = "0000:00:12.0";
    static final int MTTY_GROUP = 3;

    private static final Arena ARENA = Arena.ofAuto();
    private static final int ROOM = 512;

    final EmulatedKernel kernel;
    final Process process;
    final int container;

    /** Opens the container, or the iommufd that stands for one. */
    private ContainerProcess(EmulatedKernel kernel, boolean iommufd) {
        this.kernel = kernel;
        this.process = new Process(kernel);
        this.container = iommufd ? process.iommufd : openContainer();
    }

    ContainerProcess(EmulatedKernel kernel) {
        this(kernel, false);
    }

    static ContainerProcess onLab() {
        return new ContainerProcess(EmulatedKernel.lab());
    }

    static ContainerProcess on(String hostFile) {
        return new ContainerProcess(EmulatedKernel.of(HostFile.read("test.yaml", hostFile)));
    }

    static ContainerProcess onIommufd() {
        return new ContainerProcess(EmulatedKernel.lab(), true);
    }

    static ContainerProcess onIommufd(String hostFile) {
        return new ContainerProcess(EmulatedKernel.of(HostFile.read("test.yaml", hostFile)), true);
    }

    int openContainer() {
        return kernel.open("/dev/vfio/vfio", Fcntl.O_RDWR);
    }

    int group(int number) {
        return kernel.open("/dev/vfio/" + number, Fcntl.O_RDWR);
    }

    int set(int group) {
        return set(group, container);
    }

    int set(int group, int to) {
        MemorySegment fd = ARENA.allocate(4, 4);
        fd.set(ValueLayout.JAVA_INT, 0, to);
        return kernel.ioctl(group, Vfio.GROUP_SET_CONTAINER, fd);
    }

    int unset(int group) {
        return kernel.ioctl(group, Vfio.GROUP_UNSET_CONTAINER, 0L);
    }

    int setIommu(int kind) {
        return kernel.ioctl(container, VfioType1.SET_IOMMU, (long) kind);
    }

    int extension(int number) {
        return kernel.ioctl(container, VfioType1.CHECK_EXTENSION, (long) number);
    }

    /** Opens a group and puts it into the container. */
    int joined(int number) {
        int group = group(number);
        succeed(group, "open group");
        succeed(set(group), "SET_CONTAINER");
        return group;
    }

    /** A container with one group and its kind chosen; answers the group. */
    int ready(int number, int kind) {
        int group = joined(number);
        succeed(setIommu(kind), "SET_IOMMU");
        return group;
    }

    private static void succeed(int answer, String call) {
        if (answer < 0) {
            throw new AssertionError(call + ": " + Process.errno(answer));
        }
    }

    /** Flags of a group, or a negated error number. */
    int status(int group) {
        VfioGroupStatus status = VfioGroupStatus.allocate(ARENA);
        int answer = kernel.ioctl(group, Vfio.GROUP_GET_STATUS, status.memory());
        return answer < 0 ? answer : status.flags();
    }

    int device(int group, String name) {
        return kernel.ioctl(group, Vfio.GROUP_GET_DEVICE_FD, ARENA.allocateFrom(name));
    }

    int map(int flags, long vaddr, long size, long iova) {
        return kernel.ioctl(container, VfioType1.MAP_DMA, VfioIommuType1DmaMap.allocate(ARENA).flags(flags).vaddr(vaddr)
                .iova(iova).size(size).memory());
    }

    int map(long vaddr, long size, long iova) {
        return map(RW, vaddr, size, iova);
    }

    /** Answers bytes unmapped, or a negated error number. */
    long unmap(int flags, long iova, long size) {
        VfioIommuType1DmaUnmap unmap = VfioIommuType1DmaUnmap.allocate(ARENA).flags(flags).iova(iova).size(size);
        int answer = kernel.ioctl(container, VfioType1.UNMAP_DMA, unmap.memory());
        return answer < 0 ? answer : unmap.size();
    }

    long unmap(long iova, long size) {
        return unmap(0, iova, size);
    }

    /** Answers bytes unmapped and has the pages that were written told. */
    long unmap(long iova, long size, long pageSize, MemorySegment bitmap) {
        VfioIommuType1DmaUnmap unmap = VfioIommuType1DmaUnmap.allocateWithBitmap(ARENA)
                .flags(VfioType1.UNMAP_GET_DIRTY_BITMAP).iova(iova).size(size);
        unmap.bitmap().pgsize(pageSize).size(bitmap.byteSize()).data(bitmap.address());
        int answer = kernel.ioctl(container, VfioType1.UNMAP_DMA, unmap.memory());
        return answer < 0 ? answer : unmap.size();
    }

    int dirtyPages(int flags) {
        return kernel.ioctl(container, VfioType1.DIRTY_PAGES,
                VfioIommuType1DirtyBitmap.allocate(ARENA).flags(flags).memory());
    }

    int dirtyPages(long iova, long size, long pageSize, MemorySegment bitmap) {
        VfioIommuType1DirtyBitmap dirty =
                VfioIommuType1DirtyBitmap.allocateWithRange(ARENA).flags(VfioType1.DIRTY_PAGES_GET_BITMAP);
        dirty.range().iova(iova).size(size);
        dirty.range().bitmap().pgsize(pageSize).size(bitmap.byteSize()).data(bitmap.address());
        return kernel.ioctl(container, VfioType1.DIRTY_PAGES, dirty.memory());
    }

    /** Room for a bit for every page, filled with a pattern. */
    static MemorySegment bitmap(int words, int pattern) {
        return ARENA.allocate(8L * words, 8).fill((byte) pattern);
    }

    VfioIommuType1Info info() {
        VfioIommuType1Info info = VfioIommuType1Info.allocate(ARENA, ROOM);
        succeed(kernel.ioctl(container, VfioType1.GET_INFO, info.memory()), "GET_INFO");
        return info;
    }

    /** The capabilities in their order. */
    List<VfioInfoCapHeader> capabilities() {
        MemorySegment memory = info().memory();
        List<VfioInfoCapHeader> found = new ArrayList<>();
        for (int at = new VfioIommuType1Info(memory).capOffset(); at != 0; at = found.getLast().next()) {
            found.add(new VfioInfoCapHeader(memory.asSlice(at)));
        }
        return found;
    }

    private MemorySegment capability(int id) {
        return capabilities().stream().filter(one -> one.id() == id).findFirst().orElseThrow().memory();
    }

    List<String> usable() {
        VfioIommuType1InfoCapIovaRange told =
                new VfioIommuType1InfoCapIovaRange(capability(VfioType1.CAP_IOVA_RANGE));
        List<String> ranges = new ArrayList<>();
        for (int i = 0; i < told.nrIovas(); i++) {
            VfioIovaRange range = told.range(i);
            ranges.add("0x%x-0x%x".formatted(range.start(), range.end()));
        }
        return ranges;
    }

    int available() {
        return new VfioIommuType1InfoDmaAvail(capability(VfioType1.CAP_DMA_AVAIL)).avail();
    }

    long lockedKilobytes() {
        try {
            String line = kernel.readFile("/proc/self/status").lines().filter(one -> one.startsWith("VmLck:"))
                    .findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", ""));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    MemorySegment memory(long bytes) {
        return process.memory(bytes);
    }
}
