package org.pinion.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;
import org.pinion.emulator.EmulatedKernel;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;

class DoctorTest {

    private static final String USER = System.getProperty("user.name");

    @Test
    void aLaptopWithoutIommuIsToldHowToSwitchItOn() {
        List<Finding> findings = findings(Hosts.laptopWithoutIommu());

        Finding iommu = one(findings, "iommu.none");
        assertThat(iommu.level()).isEqualTo(Level.PROBLEM);
        assertThat(iommu.source()).isEqualTo("/sys/kernel/iommu_groups");
        assertThat(iommu.remedy()).contains("enable VT-d", "intel_iommu=on");
        assertThat(iommu.commands()).contains("update-grub", "reboot");
    }

    @Test
    void aKernelWithoutIommufdIsNamedWithTheFileThatSaysSo() {
        Finding node = one(findings(Hosts.laptopWithoutIommu()), "node.iommu");

        assertThat(node.level()).isEqualTo(Level.PROBLEM);
        assertThat(node.remedy()).contains("CONFIG_IOMMUFD", "/boot/config-6.12.9-amd64");
        assertThat(node.commands()).isEmpty();
    }

    @Test
    void modulesThatAreNotLoadedAreLoadedByTheRemedy() {
        List<Finding> findings = findings(Hosts.laptopWithoutIommu());

        assertThat(one(findings, "node.vfio").commands()).containsExactly("modprobe -a vfio vfio_iommu_type1 vfio-pci");
        assertThat(one(findings, "kernel.vfio-pci").commands()).containsExactly("modprobe vfio-pci");
    }

    @Test
    void anIommuThatTheFirmwareHasAndTheKernelDoesNotUseNeedsAWordOnTheCommandLineOnly() {
        HostTree host = Hosts.laptopWithoutIommu().file("/sys/firmware/acpi/tables/DMAR", "");

        Finding iommu = one(findings(host), "iommu.none");

        assertThat(iommu.found()).contains("ACPI table DMAR");
        assertThat(iommu.remedy()).startsWith("put intel_iommu=on").doesNotContain("BIOS");
    }

    @Test
    void anIommuThatWasSwitchedOffIsSwitchedOnBySayingLess() {
        HostTree host = Hosts.laptopWithoutIommu().file("/proc/cmdline", "ro intel_iommu=off\n");

        assertThat(one(findings(host), "iommu.none").remedy()).contains("take 'intel_iommu=off' off");
    }

    @Test
    void aVirtualMachineNeedsAVirtualIommu() {
        HostTree host = Hosts.laptopWithoutIommu()
                .file("/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: fpu hypervisor\n");

        assertThat(one(findings(host), "iommu.none").remedy()).contains("-device intel-iommu", "virtio-iommu-pci");
    }

    @Test
    void whereSysIsEmptyNothingIsSaidAboutTheMachine() {
        HostTree host = new HostTree().file("/proc/cpuinfo", "vendor_id\t: AuthenticAMD\nflags\t\t: fpu hypervisor\n");

        Finding iommu = one(findings(host), "iommu.none");

        assertThat(iommu.found()).contains("/sys is empty").doesNotContain("virtual machine");
        assertThat(iommu.commands()).containsExactly("mount -t sysfs sysfs /sys");
    }

    @Test
    void aServerWithADeviceBoundToVfioIsInOrder() {
        List<Finding> findings = findings(Hosts.serverWithIntelIommu());

        assertThat(findings).noneMatch(finding -> finding.level() == Level.PROBLEM);
        assertThat(findings).noneMatch(finding -> finding.level() == Level.WARNING);
        assertThat(one(findings, "device.ready").found())
                .isEqualTo("8086:10fb, driver vfio-pci, group 12: can be attached");
        assertThat(one(findings, "iommu.present").found()).isEqualTo("3 groups, behind dmar0");
        assertThat(one(findings, "p2p").level()).isEqualTo(Level.OK);
        assertThat(one(findings, "kernel.options").source()).isEqualTo("/proc/config.gz");
    }

    @Test
    void aDeviceOfTheHostIsBoundByExactCommands() {
        Finding nvme = one(findings(Hosts.serverWithIntelIommu()), "device.unbound");

        assertThat(nvme.subject()).isEqualTo("0000:03:00.0");
        assertThat(nvme.commands()).containsExactly(
                "echo vfio-pci > /sys/bus/pci/devices/0000:03:00.0/driver_override",
                "echo 0000:03:00.0 > /sys/bus/pci/devices/0000:03:00.0/driver/unbind",
                "echo 0000:03:00.0 > /sys/bus/pci/drivers_probe");
    }

    @Test
    void bridgesAreNoDevicesToBind() {
        assertThat(findings(Hosts.serverWithIntelIommu()))
                .noneMatch(finding -> finding.subject().equals("0000:00:1c.0"));
    }

    @Test
    void groupsWithTheSameReservedAddressesAreSaidInOneFinding() {
        Finding reserved = one(findings(Hosts.serverWithIntelIommu()), "group.reserved");

        assertThat(reserved.subject()).isEqualTo("groups 12, 14");
        assertThat(reserved.found()).isEqualTo("0xfee00000-0xfeefffff (msi)");
    }

    @Test
    void aGroupThatAHostDriverSharesIsNotViableAndTheMemberIsNamed() {
        List<Finding> findings = findings(Hosts.serverWithNonViableGroup());

        Finding group = one(findings, "group.not-viable");
        assertThat(group.subject()).isEqualTo("group 12");
        assertThat(group.found()).contains("0000:01:00.0 is bound", "0000:01:00.1 (ixgbe)");
        assertThat(group.commands()).contains("echo vfio-pci > /sys/bus/pci/devices/0000:01:00.1/driver_override");
        assertThat(one(findings, "devices.none-ready").level()).isEqualTo(Level.PROBLEM);
        assertThat(findings).noneMatch(finding -> finding.id().equals("device.ready"));
    }

    @Test
    void aBridgeInAGroupHindersNothing() {
        HostTree host = Hosts.serverWithIntelIommu().function("0000:00:01.0", "8086:1901", 0x060400, "pcieport", 12);

        assertThat(one(findings(host), "device.ready").found()).contains("shared with 0000:00:01.0 (pcieport)");
    }

    @Test
    void aDeviceWhoseMemoryTheFirmwareDemandsIsNotOffered() {
        HostTree host = Hosts.serverWithIntelIommu().file("/sys/kernel/iommu_groups/12/reserved_regions", """
                0x00000000bdf6e000 0x00000000bdf7dfff direct
                0x00000000fee00000 0x00000000feefffff msi
                """);

        List<Finding> findings = findings(host);

        Finding direct = one(findings, "group.direct");
        assertThat(direct.level()).isEqualTo(Level.WARNING);
        assertThat(direct.found()).contains("0xbdf6e000-0xbdf7dfff", "RMRR");
        assertThat(findings).noneMatch(finding -> finding.id().equals("device.ready"));
        assertThat(one(findings, "devices.none-ready").level()).isEqualTo(Level.PROBLEM);
    }

    @Test
    void relaxableRegionsHinderNothing() {
        HostTree host = Hosts.serverWithIntelIommu().file("/sys/kernel/iommu_groups/12/reserved_regions",
                "0x00000000bdf6e000 0x00000000bdf7dfff direct-relaxable\n");

        List<Finding> findings = findings(host);

        assertThat(findings).anyMatch(finding -> finding.id().equals("device.ready"));
        assertThat(findings).filteredOn(finding -> finding.id().equals("group.reserved"))
                .anySatisfy(finding -> assertThat(finding.meaning()).contains("hinder nothing"));
    }

    @Test
    void aContainerIsToldWhichFilesToPass() {
        List<Finding> findings = findings(Hosts.container());

        assertThat(one(findings, "container").source()).isEqualTo("/.dockerenv");
        assertThat(one(findings, "node.iommu").remedy()).contains("docker run --device /dev/iommu");
        assertThat(one(findings, "node.vfio").found()).contains("EPERM");
        assertThat(one(findings, "node.vfio").remedy()).contains("docker run --device /dev/vfio/vfio");
        assertThat(one(findings, "device.node").remedy()).contains("--device /dev/vfio/devices/vfio0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"12:devices:/docker/8a1b\n", "0::/kubepods.slice/pod1\n", "0::/machine.slice/libpod-1\n"})
    void aContainerIsKnownByItsControlGroupToo(String cgroup) {
        HostTree host = Hosts.serverWithIntelIommu().file("/proc/1/cgroup", cgroup);

        assertThat(one(findings(host), "container").source()).isEqualTo("/proc/1/cgroup");
    }

    @Test
    void whereDevHasEveryDeviceItMakesNoDifferenceWhetherThisIsAContainer() {
        HostTree host = Hosts.container().file("/proc/self/mountinfo", "24 1 0:6 / /dev rw,nosuid - devtmpfs dev rw\n");

        assertThat(findings(host)).noneMatch(finding -> finding.id().equals("container"));
        assertThat(one(findings(host), "node.iommu").commands()).containsExactly("mount -t devtmpfs dev /dev");
    }

    @Test
    void numbersOfGroupsThatFollowEachOtherAreJoined() {
        HostTree host = Hosts.serverWithIntelIommu();
        for (int group : new int[] {13, 15, 20}) {
            host.function("0000:0%x:00.0".formatted(group), "8086:10fb", 0x020000, "", group);
        }

        assertThat(one(findings(host), "group.reserved").subject()).isEqualTo("groups 12-15, 20");
    }

    @Test
    void eightMebibytesOfLockedMemoryAreAWarningWithTheNumber() {
        HostTree host = Hosts.serverWithIntelIommu().file("/proc/self/limits", Hosts.limits("8388608", "67108864"));

        Finding memlock = one(findings(host), "memlock");

        assertThat(memlock.level()).isEqualTo(Level.WARNING);
        assertThat(memlock.found()).contains("at most 8 MiB", "hard limit 64 MiB", "0 bytes of it in use");
        assertThat(memlock.remedy())
                .contains("ulimit -l $(ulimit -Hl)", "LimitMEMLOCK=infinity", "--ulimit memlock=-1:-1");
        assertThat(memlock.commands())
                .containsExactly("echo '" + USER + " - memlock unlimited' > /etc/security/limits.d/99-memlock.conf");
    }

    @Test
    void whoHasCapIpcLockIsHeldToNoLimit() {
        HostTree host = Hosts.laptopWithoutIommu().file("/proc/self/status", Hosts.status("0000000000004000"));

        assertThat(one(findings(host), "memlock").level()).isEqualTo(Level.OK);
    }

    @Test
    void capIpcLockOfAUserNamespaceCountsForNothing() {
        HostTree host = Hosts.laptopWithoutIommu()
                .file("/proc/self/status", Hosts.status("0000000000004000"))
                .file("/proc/self/uid_map", "         0       1000          1\n");

        assertThat(one(findings(host), "memlock").level()).isEqualTo(Level.WARNING);
    }

    @Test
    void aDeviceFileWithoutPermissionIsAProblemWithTheCommandThatGivesIt() {
        HostTree host = Hosts.serverWithIntelIommu()
                .node("/dev/vfio/devices/vfio0", Errno.EACCES)
                .node("/dev/vfio/12", Errno.EACCES);

        List<Finding> findings = findings(host);

        assertThat(one(findings, "device.node").commands())
                .containsExactly("setfacl -m u:" + USER + ":rw /dev/vfio/devices/vfio0 /dev/vfio/12");
        assertThat(one(findings, "devices.none-ready").found()).contains("1 device bound");
    }

    @Test
    void oneInterfaceIsEnough() {
        HostTree host = Hosts.serverWithIntelIommu().node("/dev/iommu", Errno.EACCES);

        List<Finding> findings = findings(host);

        assertThat(one(findings, "node.iommu").level()).isEqualTo(Level.INFO);
        assertThat(one(findings, "node.iommu").commands()).containsExactly("setfacl -m u:" + USER + ":rw /dev/iommu");
        assertThat(one(findings, "device.ready").level()).isEqualTo(Level.OK);
    }

    @Test
    void withNothingBoundTheLastStepIsMissing() {
        HostTree host = Hosts.linux("7.3.4").node("/dev/iommu").function("0000:03:00.0", "144d:a808", 0x010802, "", 14);

        List<Finding> findings = findings(host);

        assertThat(one(findings, "devices.none-ready").found())
                .isEqualTo("no device is bound to a VFIO driver; 1 could be");
        assertThat(one(findings, "device.unbound").commands()).containsExactly(
                "modprobe vfio-pci",
                "echo vfio-pci > /sys/bus/pci/devices/0000:03:00.0/driver_override",
                "echo 0000:03:00.0 > /sys/bus/pci/drivers_probe");
    }

    @Test
    void parametersOfModulesAreSaidForBothInterfaces() {
        List<Finding> findings = findings(Hosts.serverWithIntelIommu()
                .file("/sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "16\n"));

        assertThat(findings).filteredOn(finding -> finding.id().equals("unsafe-interrupts"))
                .extracting(Finding::subject, Finding::found)
                .containsExactly(
                        tuple("iommufd", "allow_unsafe_interrupts is off"),
                        tuple("vfio_iommu_type1", "allow_unsafe_interrupts is on"));
        assertThat(one(findings, "dma-entry-limit").level()).isEqualTo(Level.WARNING);
    }

    @Test
    void hugePagesAreCountedForEachSize() {
        String pool = "/sys/kernel/mm/hugepages/hugepages-2048kB";
        HostTree host = Hosts.serverWithIntelIommu()
                .file(pool + "/nr_hugepages", "512\n")
                .file(pool + "/free_hugepages", "500\n");

        assertThat(one(findings(host), "hugepages").found()).isEqualTo("500 of 512 free, 1000 MiB");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/proc/cpuinfo", "/proc/cmdline", "/proc/self/status", "/proc/self/limits", "/proc/config.gz",
        "/sys/kernel/iommu_groups", "/sys/kernel/iommu_groups/12/reserved_regions", "/sys/bus/pci/devices",
        "/sys/bus/pci/devices/0000:01:00.0/vendor", "/sys/bus/pci/devices/0000:01:00.0/driver", "/dev/vfio",
        "/sys/module", "/sys/module/iommufd/parameters/allow_unsafe_interrupts"
    })
    void aFileThatCannotBeReadIsAFinding(String file) {
        List<Finding> findings = findings(Hosts.serverWithIntelIommu().unreadable(file));

        assertThat(findings).filteredOn(finding -> finding.id().equals("file.unreadable"))
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.found()).isIn(
                        "cannot be read: permission denied", "cannot be read: Permission denied"))
                .allSatisfy(finding -> assertThat(file).startsWith(finding.source()));
    }

    @Test
    void nonsenseInAFileIsAFinding() {
        HostTree host = Hosts.serverWithIntelIommu()
                .file("/sys/kernel/iommu_groups/12/reserved_regions", "what?\n")
                .file("/sys/kernel/iommu_groups/x/reserved_regions", "")
                .file("/proc/self/limits", "")
                .file("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "many");

        assertThat(findings(host)).filteredOn(finding -> finding.id().equals("file.unreadable"))
                .extracting(Finding::subject)
                .contains("/sys/kernel/iommu_groups/12", "/sys/kernel/iommu_groups/x", "/proc/self/limits",
                        "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
    }

    static Stream<HostTree> hosts() {
        return Stream.of(new HostTree(), Hosts.laptopWithoutIommu(), Hosts.serverWithIntelIommu(),
                Hosts.serverWithNonViableGroup(), Hosts.container());
    }

    @ParameterizedTest
    @MethodSource("hosts")
    void whateverTheHostItIsExaminedWithoutATrace(HostTree host) {
        assertThat(findings(host)).isNotEmpty().allSatisfy(finding -> {
            assertThat(finding.found()).isNotBlank();
            boolean hinders = finding.level() == Level.PROBLEM || finding.level() == Level.WARNING;
            assertThat(hinders && finding.remedy().isEmpty()).as("%s has no remedy", finding).isFalse();
        });
        assertThat(host.stillOpen()).isZero();
    }

    @Test
    void deviceFilesAreOpenedOnceEach() {
        HostTree host = Hosts.serverWithIntelIommu();

        findings(host);

        assertThat(host.opened())
                .containsExactlyInAnyOrder("/dev/iommu", "/dev/vfio/vfio", "/dev/vfio/devices/vfio0", "/dev/vfio/12");
    }

    @Test
    void theEmulatedHostIsExaminedLikeAnyOther() {
        List<Finding> findings = findings(EmulatedKernel.lab());

        assertThat(one(findings, "kernel.release").found()).contains("emulated");
        assertThat(findings).noneMatch(finding -> finding.level() == Level.PROBLEM);
    }

    private static List<Finding> findings(Kernel kernel) {
        return new Doctor(kernel).examine();
    }

    private static Finding one(List<Finding> findings, String id) {
        return assertThat(findings).filteredOn(finding -> finding.id().equals(id)).singleElement().actual();
    }
}
