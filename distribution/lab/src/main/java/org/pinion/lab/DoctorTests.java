package org.pinion.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.pinion.api.AddressSpace;

/** What {@code pinion doctor} says of the guest is true, whoever asks and whatever is missing. */
final class DoctorTests {

    private static final long LITTLE = 64 << 10;
    private static final int HUGE_PAGES = 3;
    private static final String ENTRY_LIMIT = "/sys/module/vfio_iommu_type1/parameters/dma_entry_limit";

    private DoctorTests() {}

    static List<AcceptanceTest> all() {
        return List.of(
                new AcceptanceTest("doctor-root",
                        "pinion doctor says of kernel, devices, groups and limits what the kernel shows",
                        DoctorTests::root),
                new AcceptanceTest("doctor-nobody",
                        "for a user without rights it names the nodes and the limit; with open nodes all is well",
                        DoctorTests::nobody),
                new AcceptanceTest("doctor-bare",
                        "where /sys or /dev is empty it says so, without a stack trace",
                        DoctorTests::bare));
    }

    private static void root(Lab lab) throws Exception {
        KernelView kernel = lab.look();
        kernel.setHugePages(HUGE_PAGES);
        try {
            String json = doctor(Pinion.of(lab), 0, "--json");
            found(json, "kernel.release", "kernel", "Linux " + kernel.release());
            found(json, "kernel.vfio-pci", "driver vfio-pci", "is there");
            found(json, "node.iommu", "/dev/iommu", "can be opened");
            found(json, "node.vfio", "/dev/vfio/vfio", "can be opened");
            found(json, "memlock", "locked memory", "CAP_IPC_LOCK");
            found(json, "hugepages", "huge pages of 2 MiB", HUGE_PAGES + " of " + HUGE_PAGES + " free, 6 MiB");
            found(json, "dma-entry-limit", "dma_entry_limit", lab.kernel().readFile(ENTRY_LIMIT).strip() + " mappings");
            found(json, "unsafe-interrupts", "iommufd", "allow_unsafe_interrupts is on");
            devices(lab, json);
            for (String address : Guest.READY) {
                limits(lab, json, address);
            }
            Expect.says(json, "\"usable\" : true");
        } finally {
            kernel.setHugePages(0);
        }
    }

    private static void devices(Lab lab, String json) throws Exception {
        for (String address : Guest.READY) {
            found(json, "device.ready", address, "driver vfio-pci, group "
                    + lab.look().function(address).group().orElseThrow());
        }
        found(json, "device.ready", Guest.NVME_ON_BUS, "shared with " + Guest.EDU_ON_BUS);
        found(json, "device.ready", lab.guest().mdev(), "mdev mtty-1");
        found(json, "device.unbound", Guest.HOST_DEVICE, "driver virtio-pci");
        int group = lab.look().function(Guest.HOST_DEVICE).group().orElseThrow();
        found(json, "group.not-viable", "group " + group, Guest.HOST_DEVICE + " (virtio-pci)");
    }

    private static void limits(Lab lab, String json, String address) throws Exception {
        try (AddressSpace space = lab.open("iommufd", "strict")) {
            found(json, "device.limits", address, "usable IO addresses " + space.attach(address).limits().usable());
        }
        boolean memory = address.equals(Guest.SHARED_MEMORY) && lab.look().givesBars();
        found(json, "device.limits", address, memory ? "BAR 2 (16 MiB)" : "");
    }

    private static void nobody(Lab lab) throws Exception {
        Pinion nobody = Pinion.ofNobody(lab, LITTLE);
        try (Permissions permissions = new Permissions()) {
            for (Path node : lab.look().nodes(Guest.EDU)) {
                permissions.set(node, "rw-------");
            }
            String text = doctor(nobody, 1);
            Expect.says(text, "64 KiB", "/dev/iommu", "/dev/vfio/vfio", Guest.EDU, "permission denied",
                    "no device can be used as things are");
            permissions.openNodes(lab);
            String open = doctor(nobody, 0, "--json");
            found(open, "node.iommu", "/dev/iommu", "can be opened");
            found(open, "device.ready", Guest.EDU, "can be attached");
            found(open, "device.limits", Guest.EDU, "usable IO addresses [0x0-");
            found(open, "device.node", Guest.SECOND_EDU, "permission denied");
        }
    }

    private static void bare(Lab lab) throws Exception {
        String withoutSys = doctor(Pinion.after(lab, "mount -t tmpfs none /sys"), 1, "--json");
        found(withoutSys, "iommu.none", "IOMMU", "/sys is empty here");
        String withoutNodes = doctor(Pinion.after(lab, "mount -t tmpfs none /dev; mknod /dev/null c 1 3;"
                + " mknod /dev/random c 1 8; mknod /dev/urandom c 1 9"), 1, "--json");
        found(withoutNodes, "node.iommu", "/dev/iommu", "is not there");
        found(withoutNodes, "node.vfio", "/dev/vfio/vfio", "is not there");
    }

    private static String doctor(Pinion pinion, int exitCode, String... options) throws Exception {
        String[] words = Stream.concat(Stream.of("doctor"), Stream.of(options)).toArray(String[]::new);
        Pinion.Result result = pinion.run(words).expectExitCode(exitCode);
        String all = result.out() + result.err();
        Expect.that(!all.contains("Exception") && !all.contains("\tat "), "there is a stack trace in: " + all);
        return result.out();
    }

    /** One of the findings has an id, a subject, and some words. */
    private static void found(String json, String id, String subject, String words) {
        String start = "\"id\" : \"" + id + "\"";
        String about = "\"subject\" : \"" + subject + "\"";
        Expect.that(Pattern.compile("\\}, \\{").splitAsStream(json)
                        .filter(finding -> finding.contains(start) && finding.contains(about))
                        .anyMatch(finding -> finding.contains(words)),
                "nothing is found with id " + id + " about " + subject + " that says '" + words + "' in: " + json);
    }
}
