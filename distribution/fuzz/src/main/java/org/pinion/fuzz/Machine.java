package org.pinion.fuzz;

import java.util.List;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.emulator.host.HostFile;

/**
 * The machine of the lab, whose kernel the emulated one plays.
 *
 * @param release {@code 7.3} or {@code 6.12}
 * @param iommu {@code intel}, {@code amd}, {@code virtio}, or {@code none}: then there are mock devices alone
 * @param privileges what the process may
 */
record Machine(String release, String iommu, Privileges privileges) {

    /** In a group of their own. */
    static final List<String> ALONE = List.of("0000:00:10.0", "0000:00:11.0", "0000:00:12.0");

    /** In a group of two. */
    static final List<String> TOGETHER = List.of("0000:01:00.0", "0000:01:00.1");

    /** In a group with a device that the host keeps. */
    static final String NOT_VIABLE = "0000:00:14.0";

    static final String MDEV = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";

    private static final String DEVICES = """
              - {address: 0000:00:10.0, model: edu, group: 0}
              - {address: 0000:00:11.0, model: edu, group: 1}
              - {address: 0000:00:12.0, model: ivshmem, group: 2}
              - {address: 0000:00:14.0, model: edu, group: 3}
              - {address: 0000:00:14.1, model: edu, group: 3, driver: virtio-pci}
              - {address: 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001, model: mtty, group: 4}
              - {address: 0000:01:00.0, model: edu, group: 5, reset: true}
              - {address: 0000:01:00.1, model: edu, group: 5}
            """;

    /** One on which everything is allowed. */
    Machine(String release, String iommu) {
        this(release, iommu, Privileges.FULL);
    }

    /** From its text, {@code RELEASE IOMMU [PRIVILEGES]}. */
    static Machine parse(String text) {
        String[] words = text.strip().split(" +");
        return new Machine(words[0], words[1], words.length > 2 ? Privileges.parse(words[2]) : Privileges.FULL);
    }

    String text() {
        return release + " " + iommu + (limited() ? " " + privileges.word() : "");
    }

    /** Whether little memory can be locked, and few mappings made. */
    boolean limited() {
        return privileges != Privileges.FULL;
    }

    boolean older() {
        return release.startsWith("6.");
    }

    /** Whether there are devices behind an IOMMU. */
    boolean hasDevices() {
        return !iommu.equals("none");
    }

    /** Whether mock devices work: Linux 6.12 takes the driver of a real IOMMU for theirs. */
    boolean hasMocks() {
        return !older() || !hasDevices();
    }

    /** A kernel of its own. */
    EmulatedKernel emulated() {
        return EmulatedKernel.of(HostFile.read("fuzz.yaml", description()));
    }

    /** Its host file. */
    String description() {
        return """
                interface: %s
                %smock-devices: true
                iommu: {driver: %s}
                devices:%s
                """.formatted(release, privileges.description(), hasDevices() ? iommu : "intel",
                hasDevices() ? "\n" + DEVICES : " []");
    }
}
