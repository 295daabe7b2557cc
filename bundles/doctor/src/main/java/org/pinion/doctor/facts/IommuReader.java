package org.pinion.doctor.facts;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what tells about IOMMUs. */
final class IommuReader {

    private static final String UNITS = "/sys/class/iommu";
    private static final String TABLES = "/sys/firmware/acpi/tables";
    private static final List<String> IOMMU_TABLES = List.of("DMAR", "IVRS", "IORT", "VIOT");
    private static final Pattern VENDOR = Pattern.compile("^vendor_id\\s*:\\s*(\\S+)", Pattern.MULTILINE);
    private static final Pattern HYPERVISOR = Pattern.compile("^flags\\s*:.*\\bhypervisor\\b", Pattern.MULTILINE);

    private IommuReader() {}

    static IommuFacts read(HostFiles files) {
        List<String> tables = files.names(TABLES);
        String processor = files.word("/proc/cpuinfo");
        Matcher vendor = VENDOR.matcher(processor);
        return new IommuFacts(
                !files.names("/sys").isEmpty(),
                files.names(UNITS).stream()
                        .filter(unit -> !files.names(UNITS + "/" + unit + "/devices").isEmpty())
                        .toList(),
                IOMMU_TABLES.stream().filter(tables::contains).findFirst().orElse(""),
                vendor.find() ? vendor.group(1) : "",
                HYPERVISOR.matcher(processor).find());
    }
}
