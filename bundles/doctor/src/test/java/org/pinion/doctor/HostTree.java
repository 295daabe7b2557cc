package org.pinion.doctor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPOutputStream;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;

/** A host made of files: what a test does not put there is not there. */
final class HostTree implements Kernel {

    private final Map<String, String> files = new TreeMap<>();
    private final Map<String, String> links = new TreeMap<>();
    private final Map<String, byte[]> packed = new TreeMap<>();
    private final Map<String, Optional<Errno>> nodes = new TreeMap<>();
    private final Set<String> unreadable = new HashSet<>();
    private final Map<Integer, String> open = new HashMap<>();
    private final List<String> opened = new ArrayList<>();
    private int nextFd = 3;

    HostTree file(String path, String content) {
        files.put(path, content);
        return this;
    }

    HostTree link(String path, String name) {
        links.put(path, name);
        return this;
    }

    /** A text in a gzip file. */
    HostTree gzip(String path, String content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        packed.put(path, bytes.toByteArray());
        return this;
    }

    /** A device's file that can be opened. */
    HostTree node(String path) {
        nodes.put(path, Optional.empty());
        return this;
    }

    /** A device's file that cannot be opened. */
    HostTree node(String path, Errno refusal) {
        nodes.put(path, Optional.of(refusal));
        return this;
    }

    /** Takes the permission to read a file or directory away. */
    HostTree unreadable(String path) {
        unreadable.add(path);
        return this;
    }

    /** A PCI function; without a driver if that is empty. */
    HostTree function(String address, String ids, int classCode, String driver, int group) {
        String home = "/sys/bus/pci/devices/" + address;
        file(home + "/vendor", "0x" + ids.substring(0, 4) + "\n");
        file(home + "/device", "0x" + ids.substring(5) + "\n");
        file(home + "/class", "0x%06x\n".formatted(classCode));
        if (!driver.isEmpty()) {
            link(home + "/driver", driver);
        }
        if (group >= 0) {
            link(home + "/iommu_group", Integer.toString(group));
            String groupHome = "/sys/kernel/iommu_groups/" + group;
            link(groupHome + "/devices/" + address, address);
            files.putIfAbsent(groupHome + "/reserved_regions", "0x00000000fee00000 0x00000000feefffff msi\n");
        }
        return this;
    }

    /** A PCI function that vfio-pci has, with both of its files. */
    HostTree vfioFunction(String address, String ids, int group, String cdev) {
        return function(address, ids, 0x020000, "vfio-pci", group)
                .file("/sys/bus/pci/devices/" + address + "/vfio-dev/" + cdev + "/dev", "511:0\n")
                .node("/dev/vfio/devices/" + cdev)
                .node("/dev/vfio/" + group);
    }

    /** The files that were opened for reading and writing, in order. */
    List<String> opened() {
        return opened;
    }

    /** The files that are open now. */
    int stillOpen() {
        return open.size();
    }

    @Override
    public String type() {
        return NATIVE;
    }

    @Override
    public String description() {
        return "Linux of a test";
    }

    @Override
    public int open(String path, int flags) {
        if (nodes.containsKey(path)) {
            opened.add(path);
        }
        Optional<Errno> refusal = nodes.getOrDefault(path, refusal(path));
        if (refusal.isPresent()) {
            return refusal.get().answer();
        }
        open.put(nextFd, path);
        return nextFd++;
    }

    private Optional<Errno> refusal(String path) {
        if (!packed.containsKey(path)) {
            return Optional.of(Errno.ENOENT);
        }
        return unreadable.contains(path) ? Optional.of(Errno.EACCES) : Optional.empty();
    }

    @Override
    public int close(int fd) {
        return open.remove(fd) == null ? Errno.EBADF.answer() : 0;
    }

    @Override
    public long pread(int fd, MemorySegment into, long offset) {
        byte[] content = packed.get(open.get(fd));
        int length = (int) Math.min(into.byteSize(), content.length - offset);
        MemorySegment.copy(MemorySegment.ofArray(content), offset, into, 0, length);
        return length;
    }

    @Override
    public String readFile(String path) throws IOException {
        if (unreadable.contains(path)) {
            throw new AccessDeniedException(path);
        }
        if (!files.containsKey(path)) {
            throw new NoSuchFileException(path);
        }
        return files.get(path);
    }

    @Override
    public List<String> list(String path) throws IOException {
        if (unreadable.contains(path)) {
            throw new AccessDeniedException(path);
        }
        String directory = path.endsWith("/") ? path : path + "/";
        Set<String> names = new TreeSet<>();
        for (Set<String> paths : List.of(files.keySet(), links.keySet(), nodes.keySet(), packed.keySet())) {
            paths.stream()
                    .filter(found -> found.startsWith(directory))
                    .forEach(found -> names.add(found.substring(directory.length()).split("/")[0]));
        }
        return List.copyOf(names);
    }

    @Override
    public Optional<String> linkName(String path) throws IOException {
        if (unreadable.contains(path)) {
            throw new AccessDeniedException(path);
        }
        return Optional.ofNullable(links.get(path));
    }

    @Override
    public long pageSize() {
        return 4096;
    }

    @Override
    public int ioctl(int fd, int request, MemorySegment argument) {
        throw changes();
    }

    @Override
    public int ioctl(int fd, int request, long argument) {
        throw changes();
    }

    @Override
    public MemorySegment mmap(long length, int protection, int flags, int fd, long offset) throws ErrnoException {
        throw changes();
    }

    @Override
    public int munmap(MemorySegment memory) {
        throw changes();
    }

    @Override
    public long pwrite(int fd, MemorySegment from, long offset) {
        throw changes();
    }

    @Override
    public int memfdCreate(String name, int flags) {
        throw changes();
    }

    @Override
    public int ftruncate(int fd, long length) {
        throw changes();
    }

    @Override
    public long read(int fd, MemorySegment into) {
        throw changes();
    }

    @Override
    public int poll(int fd, int millis) {
        throw changes();
    }

    @Override
    public int eventfd(int initial, int flags) {
        throw changes();
    }

    @Override
    public void writeFile(String path, String content) {
        throw changes();
    }

    private static AssertionError changes() {
        return new AssertionError("the doctor looks, and calls nothing that could change the host");
    }
}
