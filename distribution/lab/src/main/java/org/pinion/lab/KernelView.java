package org.pinion.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.pinion.linux.Kernel;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.sysfs.PciFunction;
import org.pinion.linux.sysfs.PciFunctions;

/** What the kernel itself shows, without asking Pinion. */
final class KernelView {

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

    private static String log() throws IOException {
        Process dmesg = new ProcessBuilder("dmesg").redirectErrorStream(true).start();
        return new String(dmesg.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
