package org.pinion.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.MemlockUsage;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.sysfs.MediatedDevice;
import org.pinion.linux.sysfs.MediatedDevices;
import org.pinion.linux.sysfs.PciFunction;
import org.pinion.linux.sysfs.PciFunctions;

/** What the kernel itself shows, without asking Pinion. */
final class KernelView {

    private static final String HUGE_PAGES = "/sys/kernel/mm/hugepages/hugepages-2048kB/";

    private final Kernel kernel;

    KernelView(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Bytes of this process's memory that are pinned: an iommufd's are counted as pinned, a container's as locked. */
    long pinned() throws IOException {
        MemlockUsage usage = new ProcessMemory(kernel).memlockUsage();
        return usage.pinned() + usage.locked();
    }

    /** Bytes of another process's memory that are pinned. */
    long pinned(long pid) throws IOException {
        String status = "/proc/" + pid + "/status";
        return kilobytes(status, "VmPin:") + kilobytes(status, "VmLck:") << 10;
    }

    /** Kilobytes of page tables of IOMMUs, in the whole system. */
    long iommuPageTables() throws IOException {
        return kilobytes("/proc/meminfo", "SecPageTables:");
    }

    /** Kilobytes that pages tied to memory take, in the whole system: locked, kept from being reclaimed, of IOMMUs. */
    Map<String, Long> tiedMemory() throws IOException {
        Map<String, Long> tied = new LinkedHashMap<>();
        for (String name : List.of("Unevictable:", "Mlocked:", "SecPageTables:")) {
            tied.put(name, kilobytes("/proc/meminfo", name));
        }
        return tied;
    }

    private long kilobytes(String file, String name) throws IOException {
        return kernel.readFile(file).lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new AssertionError(file + " has no " + name));
    }

    /** Whether the kernel lets devices reach each other's BARs: it exports them and iommufd takes them, since 7.0. */
    boolean givesBars() throws IOException {
        return major() >= 7;
    }

    /** Whether iommufd maps files: since 6.13. */
    boolean mapsFiles() throws IOException {
        return major() >= 7 || !release().matches("6\\.([0-9]|1[0-2])\\..*");
    }

    /** Whether a container tells a request that goes past the last address from other wrong ones: Linux 6 does not. */
    boolean tellsOverflow() throws IOException {
        return major() >= 7;
    }

    /** Whether another process can be charged for what an iommufd has pinned: since 6.14. */
    boolean chargesOtherProcesses() throws IOException {
        return major() >= 7 || !release().matches("6\\.([0-9]|1[0-3])\\..*");
    }

    /** Whether every PCI function has interrupts for errors: Linux 6 has them for functions of PCI Express only. */
    boolean tellsErrorsOfAll() throws IOException {
        return major() >= 7;
    }

    private int major() throws IOException {
        return Integer.parseInt(release().replaceFirst("\\D.*", ""));
    }

    /** Such as {@code 7.3.4}. */
    String release() throws IOException {
        return kernel.readFile("/proc/sys/kernel/osrelease").strip();
    }

    /** Huge pages of 2 MiB that nobody has. */
    long freeHugePages() throws IOException {
        return Long.parseLong(kernel.readFile(HUGE_PAGES + "free_hugepages").strip());
    }

    /** Sets huge pages of 2 MiB aside. */
    void setHugePages(int count) throws IOException {
        kernel.writeFile(HUGE_PAGES + "nr_hugepages", Integer.toString(count));
    }

    /** The nodes that a backend opens for a device, in the order in which it opens them. */
    List<Path> nodes(String address, String backend) throws IOException {
        PciFunction function = function(address);
        return nodes(backend, function.group(), function.characterDevice());
    }

    /** The nodes that the backends open for a mediated device. */
    List<Path> mediatedNodes(String uuid) throws IOException {
        MediatedDevice device = new MediatedDevices(kernel).find(uuid)
                .orElseThrow(() -> new AssertionError("there is no mediated device " + uuid));
        return Stream.of("iommufd", "vfio")
                .flatMap(backend -> nodes(backend, device.group(), device.characterDevice()).stream())
                .toList();
    }

    private static List<Path> nodes(String backend, OptionalInt group, Optional<String> characterDevice) {
        return backend.equals("vfio")
                ? List.of(Path.of("/dev/vfio/vfio"), Path.of("/dev/vfio/" + group.orElseThrow()))
                : List.of(Path.of("/dev/iommu"), Path.of(characterDevice.orElseThrow()));
    }

    /** The nodes that the backends open for a device. */
    List<Path> nodes(String address) throws IOException {
        return Stream.concat(nodes(address, "iommufd").stream(), nodes(address, "vfio").stream()).toList();
    }

    /** The module parameter by which a backend takes devices whose interrupts are not isolated. */
    static String unsafeInterrupts(String backend) {
        return "/sys/module/" + (backend.equals("vfio") ? "vfio_iommu_type1" : "iommufd")
                + "/parameters/allow_unsafe_interrupts";
    }

    /**
     * Whether the IOMMU isolates the interrupts of devices, so that VFIO takes them without being told that it may.
     * QEMU's virtio IOMMU does not; its AMD IOMMU does for the drivers of some versions and not for those of others.
     */
    static boolean isolatesInterrupts() throws IOException {
        return log().lines().anyMatch(line -> line.contains("AMD-Vi: Interrupt remapping enabled")
                || line.contains("DMAR-IR: Enabled IRQ remapping"));
    }

    /** A PCI function, as the kernel has it now. */
    PciFunction function(String address) throws IOException {
        return new PciFunctions(kernel).find(address)
                .orElseThrow(() -> new AssertionError("there is no PCI function " + address));
    }

    /** The lines of the kernel's log about faults of a device at an address. */
    static List<String> faults(long iova) throws IOException {
        Pattern address = Pattern.compile("(?i)0x0*" + Long.toHexString(iova) + "\\b");
        return log().lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains("fault"))
                .filter(line -> address.matcher(line).find())
                .toList();
    }

    /** All lines of the kernel's log that speak of faults of an IOMMU. */
    static List<String> faults() throws IOException {
        return log().lines()
                .filter(line -> Stream.of("DMAR: [", "AMD-Vi: Event", "virtio_iommu").anyMatch(line::contains))
                .filter(line -> line.toLowerCase(Locale.ROOT).contains("fault"))
                .toList();
    }

    private static String log() throws IOException {
        Process dmesg = new ProcessBuilder("dmesg").redirectErrorStream(true).start();
        return new String(dmesg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
