package org.pinion.doctor.judge;

import java.util.List;
import java.util.Optional;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.doctor.facts.GroupFacts;
import org.pinion.doctor.facts.HostFacts;
import org.pinion.doctor.facts.IommuFacts;

/** Whether there is an IOMMU, and if not, why. */
final class IommuRules {

    private static final String GROUPS = "/sys/kernel/iommu_groups";

    private IommuRules() {}

    static Finding of(HostFacts host) {
        return host.hasIommu() ? present(host) : absent(host);
    }

    private static Finding present(HostFacts host) {
        long groups = host.groups().stream().filter(GroupFacts::translated).count();
        List<String> units = host.iommu().units();
        return Note.of(Level.OK, "iommu.present", "IOMMU")
                .found(Words.count(groups, "group") + (units.isEmpty() ? "" : ", behind " + String.join(", ", units)))
                .in(GROUPS)
                .finding();
    }

    private static Finding absent(HostFacts host) {
        Remedy remedy = remedy(host);
        boolean otherwiseUsable = !new Readiness(host).ready().isEmpty();
        return Note.of(otherwiseUsable ? Level.WARNING : Level.PROBLEM, "iommu.none", "IOMMU")
                .found("there are no IOMMU groups" + cause(host).map(cause -> ": " + cause).orElse(""))
                .in(GROUPS)
                .means("nothing would confine a device's DMA, so that the kernel hands no device to user space")
                .remedy(remedy.words(), remedy.commands())
                .finding();
    }

    private static Optional<String> cause(HostFacts host) {
        IommuFacts iommu = host.iommu();
        if (!iommu.told()) {
            return Optional.of("/sys is empty here, so that it shows neither an IOMMU nor a device");
        } else if (switchedOff(host)) {
            return Optional.of("the kernel was started with " + String.join(" ", host.kernel().iommuWords()));
        } else if (!iommu.firmwareTable().isEmpty()) {
            return Optional.of("the firmware describes an IOMMU (ACPI table " + iommu.firmwareTable()
                    + "), and the kernel does not use it");
        } else if (iommu.virtual()) {
            return Optional.of("this is a virtual machine without a virtual IOMMU");
        }
        return Optional.empty();
    }

    private static boolean switchedOff(HostFacts host) {
        return host.kernel().iommuWords().stream().anyMatch(word -> word.matches("(intel_|amd_)?iommu=off"));
    }

    private static Remedy remedy(HostFacts host) {
        IommuFacts iommu = host.iommu();
        String table = iommu.firmwareTable();
        if (!iommu.told()) {
            return Remedy.of("let this process see the host's /sys", "mount -t sysfs sysfs /sys");
        } else if (switchedOff(host)) {
            String words = String.join(" ", host.kernel().iommuWords());
            return Remedy.of("take '" + words + "' off the kernel's command line and start the machine again");
        } else if (table.equals("DMAR") || table.isEmpty() && !iommu.virtual() && isIntel(iommu)) {
            return intel(host, table.isEmpty() ? "enable VT-d in the firmware's setup (BIOS), and put" : "put");
        } else if (!table.isEmpty()) {
            return Remedy.of(
                    "use a kernel built with the driver of this IOMMU, and put no iommu=off on its command line");
        } else if (iommu.virtual()) {
            return Remedy.of("give the virtual machine an IOMMU; with QEMU: -machine q35,kernel-irqchip=split"
                    + " -device intel-iommu,intremap=on,caching-mode=on (or -device virtio-iommu-pci)");
        } else if (iommu.processor().equals("AuthenticAMD")) {
            return Remedy.of(
                    "enable the IOMMU (AMD-Vi) in the firmware's setup (BIOS); the kernel then uses it by itself");
        }
        return Remedy.of("enable the IOMMU in the firmware's setup; a machine without one cannot do it");
    }

    private static boolean isIntel(IommuFacts iommu) {
        return iommu.processor().equals("GenuineIntel");
    }

    private static Remedy intel(HostFacts host, String beginning) {
        if (host.kernel().config().value("INTEL_IOMMU").filter("n"::equals).isPresent()) {
            return Remedy.of("use a kernel built with CONFIG_INTEL_IOMMU; this one was not ("
                    + host.kernel().config().source() + ")");
        }
        return Remedy.of(
                beginning + " intel_iommu=on on the kernel's command line (as below on Debian and Ubuntu; elsewhere:"
                        + " grubby --update-kernel=ALL --args=intel_iommu=on), and start the machine again",
                "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&intel_iommu=on /' /etc/default/grub",
                "update-grub",
                "reboot");
    }
}
