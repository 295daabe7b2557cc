package org.example.vhostvdpa;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pinion.api.AddressRange;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;

/** A kernel with vdpa devices and nothing else: no root, no module, no device node is needed. */
final class FakeKernel implements Kernel {

    static final long PAGE = 4096;

    long memlock = Long.MAX_VALUE;
    int failingCall = -1;
    int alsoFailing = -1;
    String type = NATIVE;
    int calls;

    private final Map<String, FakeVdpa> devices = new TreeMap<>();
    private final Map<String, String> drivers = new TreeMap<>();
    private final Map<Integer, Object> files = new TreeMap<>();
    private final List<FakeArea> areas = new ArrayList<>();
    private int nextFd = 3;
    private long pinned;

    /** Adds a device with the name {@code vdpaN}. */
    FakeVdpa device(FakeVdpa.Kind kind) {
        FakeVdpa device = new FakeVdpa(this, kind);
        String name = "vdpa" + devices.size();
        drivers.put(name, "vhost_vdpa");
        devices.put(name, device);
        return device;
    }

    void driver(String name, String driver) {
        drivers.put(name, driver);
    }

    long pinned() {
        return pinned;
    }

    void pin(long bytes) {
        pinned += bytes;
    }

    /** {@return what is open or mapped} */
    List<Object> left() {
        List<Object> left = new ArrayList<>(files.values());
        left.addAll(areas);
        return left;
    }

    /** {@return what is open, in words} */
    List<String> open() {
        List<String> open = new ArrayList<>();
        files.forEach((fd, file) -> open.add(fd + " " + (file instanceof FakeVdpa ? "a device" : file)));
        return open;
    }

    Optional<FakeArea> areaAt(long address) {
        return areas.stream().filter(area -> area.range().contains(address)).findFirst();
    }

    boolean covers(long address, long size, boolean written) {
        AddressRange range = AddressRange.ofSize(address, size);
        return areas.stream().anyMatch(area -> area.range().contains(range) && area.allows(written));
    }

    /** Memory of a test; it goes with the kernel. */
    MemorySegment memory(long bytes, int protection, boolean shared) {
        Arena arena = Arena.ofAuto();
        MemorySegment memory = arena.allocate(bytes, PAGE);
        areas.add(new FakeArea(memory, arena, protection, shared, shared ? 77 : 0));
        return memory;
    }

    private boolean fails() {
        int call = calls++;
        return call == failingCall || call == alsoFailing;
    }

    private int file(Object file) {
        files.put(nextFd, file);
        return nextFd++;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public String description() {
        return "a kernel with vdpa devices";
    }

    @Override
    public int open(String path, int flags) {
        if (!path.startsWith("/dev/vhost-vdpa-")) {
            return Errno.ENOENT.answer();
        }
        if (fails()) {
            return Errno.EMFILE.answer();
        }
        FakeVdpa device = devices.get("vdpa" + path.substring("/dev/vhost-vdpa-".length()));
        int answer = device.open();
        return answer < 0 ? answer : file(device);
    }

    @Override
    public int close(int fd) {
        if (files.remove(fd) instanceof FakeVdpa device) {
            device.close();
        }
        return 0;
    }

    @Override
    public int ioctl(int fd, int request, MemorySegment argument) {
        return fails() ? Errno.EIO.answer() : ((FakeVdpa) files.get(fd)).ioctl(request, argument);
    }

    @Override
    public int ioctl(int fd, int request, long argument) {
        return ioctl(fd, request, MemorySegment.NULL);
    }

    @Override
    public MemorySegment mmap(long length, int protection, int flags, int fd, long offset) throws ErrnoException {
        if (fails()) {
            throw new ErrnoException("mmap", Errno.ENOMEM);
        }
        Arena arena = Arena.ofShared();
        MemorySegment memory = arena.allocate(length, PAGE);
        areas.add(new FakeArea(memory, arena, protection, (flags & Mman.MAP_SHARED) != 0, fd < 0 ? 0 : fd));
        return memory;
    }

    @Override
    public int munmap(MemorySegment memory) {
        FakeArea area = areaAt(memory.address()).orElseThrow();
        areas.remove(area);
        area.arena().close();
        return 0;
    }

    @Override
    public long pread(int fd, MemorySegment into, long offset) {
        return Errno.EBADF.answer();
    }

    @Override
    public long pwrite(int fd, MemorySegment from, long offset) {
        return Errno.EBADF.answer();
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return fails() ? Errno.EMFILE.answer() : file("memfd " + name);
    }

    @Override
    public int ftruncate(int fd, long length) {
        return fails() ? Errno.ENOMEM.answer() : 0;
    }

    @Override
    public int eventfd(int initial, int flags) {
        return fails() ? Errno.EMFILE.answer() : file("eventfd");
    }

    @Override
    public long read(int fd, MemorySegment into) {
        return Errno.EBADF.answer();
    }

    /** A write to an eventfd is a kick of whoever is started. */
    @Override
    public long write(int fd, MemorySegment from) {
        if (fails()) {
            return Errno.EFAULT.answer();
        }
        if (files.get(fd) instanceof FakeVdpa device) {
            return device.write(from);
        }
        devices.values().forEach(FakeVdpa::kick);
        return Long.BYTES;
    }

    @Override
    public int poll(int fd, int millis) {
        return 0;
    }

    @Override
    public long pageSize() {
        return PAGE;
    }

    @Override
    public String readFile(String path) throws IOException {
        StringBuilder smaps = new StringBuilder();
        areas.stream().sorted((a, b) -> a.range().compareTo(b.range())).forEach(area -> smaps.append(area.smaps()));
        return switch (path) {
            case "/proc/self/smaps" -> smaps.toString();
            case "/proc/self/status" -> "VmLck:\t0 kB\nVmPin:\t%d kB\nCapEff:\t0000000000004000\n".formatted(
                    pinned / 1024);
            case "/proc/self/limits" -> "Max locked memory         %1$s %1$s bytes%n".formatted(
                    memlock == Long.MAX_VALUE ? "unlimited" : memlock);
            default -> throw new NoSuchFileException(path);
        };
    }

    @Override
    public void writeFile(String path, String content) throws IOException {
        throw new NoSuchFileException(path);
    }

    @Override
    public List<String> list(String path) {
        if (path.equals("/sys/bus/vdpa/devices")) {
            return List.copyOf(devices.keySet());
        }
        String name = path.substring(path.lastIndexOf('/') + 1);
        return "vhost_vdpa".equals(drivers.get(name))
                ? List.of("driver", "subsystem", "vhost-vdpa-" + name.substring(4))
                : List.of("driver", "subsystem");
    }

    @Override
    public Optional<String> linkName(String path) {
        String name = path.split("/")[5];
        return Optional.of(drivers.get(name)).filter(driver -> !driver.isEmpty());
    }
}
