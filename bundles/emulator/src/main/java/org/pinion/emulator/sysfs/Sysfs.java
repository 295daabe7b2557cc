package org.pinion.emulator.sysfs;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.vfio.VfioDevice;

/** The trees {@code /sys} and {@code /dev}, symbolic links and all. Safe for use by many threads. */
public final class Sysfs {

    private static final String WRITABLE = "driver_override";

    private final FileSystem files = Jimfs.newFileSystem(Configuration.unix());

    /**
     * @param host the machine
     * @param devices those of its devices that VFIO has
     */
    public Sysfs(Host host, Collection<VfioDevice> devices) {
        try {
            build(host, devices);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot build the emulated /sys", e);
        }
    }

    private void build(Host host, Collection<VfioDevice> devices) throws IOException {
        Tree tree = new Tree(files);
        tree.file("/dev/iommu", "");
        tree.file("/dev/vfio/vfio", "");
        type1Parameters(tree, host);
        Stream.of("/dev/vfio/devices", "/sys/kernel/iommu_groups", "/sys/bus/pci/devices", "/sys/bus/mdev/devices",
                "/sys/class/vfio", "/sys/class/vfio-dev").forEach(tree::directory);
        DeviceTree deviceTree = new DeviceTree(tree);
        for (HostDevice device : host.devices()) {
            deviceTree.add(device, nameOf(device, devices));
        }
        Map<Integer, List<HostDevice>> groups = host.devices().stream()
                .collect(Collectors.groupingBy(HostDevice::group));
        for (Map.Entry<Integer, List<HostDevice>> group : groups.entrySet()) {
            deviceTree.addGroup(group.getKey(), group.getValue());
        }
    }

    private static void type1Parameters(Tree tree, Host host) throws IOException {
        String parameters = "/sys/module/vfio_iommu_type1/parameters/";
        tree.file(parameters + "dma_entry_limit", host.dmaEntryLimit() + "\n");
        boolean allowed = host.devices().stream().noneMatch(HostDevice::unsafeInterrupts);
        tree.file(parameters + "allow_unsafe_interrupts", allowed ? "Y\n" : "N\n");
    }

    private static Optional<String> nameOf(HostDevice host, Collection<VfioDevice> devices) {
        return devices.stream().filter(device -> device.host() == host).map(VfioDevice::name).findFirst();
    }

    /**
     * @param path an absolute path
     * @return whether something is there
     */
    public boolean exists(String path) {
        return path.startsWith("/") && Files.exists(files.getPath(path));
    }

    /**
     * @param path an absolute path
     * @return the file's content
     * @throws IOException if there is no such file
     */
    public String read(String path) throws IOException {
        return Files.readString(files.getPath(path));
    }

    /**
     * @param path an absolute path
     * @param content what to write
     * @throws IOException if there is no such file or it cannot be written
     */
    public void write(String path, String content) throws IOException {
        Path file = files.getPath(path).toRealPath();
        if (!file.getFileName().toString().equals(WRITABLE)) {
            throw new AccessDeniedException(path);
        }
        Files.writeString(file, content.strip() + "\n");
    }

    /**
     * @param path an absolute path
     * @return the names in the directory, sorted; none if there is no directory
     * @throws IOException if it cannot be read
     */
    public List<String> list(String path) throws IOException {
        Path directory = files.getPath(path);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    /**
     * @param path an absolute path
     * @return the last name of what the link points to; empty if there is no such link
     * @throws IOException if it cannot be read
     */
    public Optional<String> linkName(String path) throws IOException {
        Path link = files.getPath(path);
        if (!Files.isSymbolicLink(link)) {
            return Optional.empty();
        }
        Path target = Files.readSymbolicLink(link);
        if (target.getFileName() == null) {
            throw new FileSystemException(path, target.toString(), "the link points to no name");
        }
        return Optional.of(target.getFileName().toString());
    }
}
