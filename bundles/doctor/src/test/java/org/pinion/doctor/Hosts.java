package org.pinion.doctor;

import org.pinion.linux.Errno;

/** Hosts as people have them. */
final class Hosts {

    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max locked memory         %s              %s              bytes
            """;

    private Hosts() {}

    /** What every Linux has: a process without privileges, and memory. */
    static HostTree linux(String release) {
        return new HostTree()
                .file("/proc/sys/kernel/osrelease", release + "\n")
                .file("/proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro quiet\n")
                .file("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx\n")
                .file("/proc/self/status", status("0000000000000000"))
                .file("/proc/self/uid_map", "         0          0 4294967295\n")
                .file("/proc/self/limits", limits("8388608", "8388608"))
                .file("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
    }

    static String limits(String soft, String hard) {
        return LIMITS.formatted(soft, hard);
    }

    static String status(String capabilities) {
        return "Name:\tjava\nVmLck:\t       0 kB\nVmPin:\t       0 kB\nCapEff:\t" + capabilities + "\n";
    }

    static HostTree laptopWithoutIommu() {
        return linux("6.12.9-amd64")
                .file("/boot/config-6.12.9-amd64", """
                        # CONFIG_IOMMUFD is not set
                        CONFIG_VFIO=m
                        CONFIG_VFIO_PCI=m
                        CONFIG_VFIO_IOMMU_TYPE1=m
                        CONFIG_INTEL_IOMMU=y
                        """)
                .function("0000:00:1f.6", "8086:15fb", 0x020000, "e1000e", -1);
    }

    /** With its interface, one device ready, one with its host driver, and a bridge. */
    static HostTree serverWithIntelIommu() {
        return linux("7.3.4")
                .gzip("/proc/config.gz", """
                        CONFIG_IOMMUFD=y
                        CONFIG_VFIO=y
                        CONFIG_VFIO_DEVICE_CDEV=y
                        CONFIG_VFIO_PCI=y
                        CONFIG_VFIO_PCI_DMABUF=y
                        """)
                .file("/sys/class/iommu/dmar0/devices/0000:01:00.0/vendor", "0x8086\n")
                .file("/sys/class/iommu/dmar1/uevent", "")
                .file("/sys/firmware/acpi/tables/DMAR", "")
                .file("/proc/self/limits", limits("unlimited", "unlimited"))
                .file("/sys/module/iommufd/parameters/allow_unsafe_interrupts", "N\n")
                .file("/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts", "Y\n")
                .file("/sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "65535\n")
                .node("/dev/iommu")
                .node("/dev/vfio/vfio")
                .function("0000:00:1c.0", "8086:a190", 0x060400, "pcieport", 1)
                .vfioFunction("0000:01:00.0", "8086:10fb", 12, "vfio0")
                .function("0000:03:00.0", "144d:a808", 0x010802, "nvme", 14);
    }

    /** The second function of the card still has its host driver. */
    static HostTree serverWithNonViableGroup() {
        return serverWithIntelIommu().function("0000:01:00.1", "8086:10fb", 0x020000, "ixgbe", 12);
    }

    static HostTree container() {
        return linux("6.8.0-40-generic")
                .file("/.dockerenv", "")
                .file("/sys/class/misc/iommu/dev", "10:127\n")
                .file("/lib/modules/6.8.0-40-generic/modules.builtin", "kernel/drivers/iommu/iommufd/iommufd.ko\n")
                .file("/sys/module/vfio/version", "0.3\n")
                .node("/dev/vfio/vfio", Errno.EPERM)
                .function("0000:01:00.0", "8086:10fb", 0x020000, "vfio-pci", 12)
                .file("/sys/bus/pci/devices/0000:01:00.0/vfio-dev/vfio0/dev", "511:0\n");
    }
}
