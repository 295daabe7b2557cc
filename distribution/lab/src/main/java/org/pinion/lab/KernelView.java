package org.pinion.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.sysfs.PciFunction;
import org.pinion.linux.sysfs.PciFunctions;

/** What the kernel itself shows, without asking Pinion. */
final class KernelView {

    private static final int EDU_VENDOR = 0x1234;
    private static final int EDU_DEVICE = 0x11e8;

    private final Kernel kernel;

    KernelView(Kernel kernel) {
        this.kernel = kernel;
    }

    /** Bytes of this process's memory that are pinned. */
    long pinned() throws IOException {
        return new ProcessMemory(kernel).memlockUsage().pinned();
    }

    /** Kilobytes of page tables of IOMMUs, in the whole system. */
    long iommuPageTables() throws IOException {
        return kernel.readFile("/proc/meminfo").lines()
                .filter(line -> line.startsWith("SecPageTables:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("/proc/meminfo has no SecPageTables"));
    }

    /** The edu that shares its group with a device that a driver of the host has. */
    PciFunction eduWithNeighbour() throws IOException {
        return new PciFunctions(kernel).all().stream()
                .filter(function -> function.vendor() == EDU_VENDOR && function.device() == EDU_DEVICE)
                .filter(function -> !function.address().startsWith("0000:00:"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no edu behind a bridge"));
    }

    /** The device that a driver of the host has, in the group of {@link #eduWithNeighbour()}. */
    PciFunction hostDevice() throws IOException {
        OptionalInt group = eduWithNeighbour().group();
        return new PciFunctions(kernel).all().stream()
                .filter(function -> function.group().equals(group))
                .filter(function -> function.driver().filter("virtio-pci"::equals).isPresent())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no device of IOMMU group " + group + " has a driver of the host"));
    }

    /** The lines of the kernel's log about faults of a device at an address. */
    static List<String> faults(long iova) throws IOException {
        Pattern address = Pattern.compile("(?i)0x0*" + Long.toHexString(iova) + "\\b");
        return log().lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).contains("fault"))
                .filter(line -> address.matcher(line).find())
                .toList();
    }

    private static String log() throws IOException {
        Process dmesg = new ProcessBuilder("dmesg").redirectErrorStream(true).start();
        return new String(dmesg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
