package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.emulator.host.HostFile;
import org.pinion.linux.Mman;
import org.pinion.linux.procfs.ProcessMemory;
import org.pinion.linux.sysfs.IommuGroups;
import org.pinion.linux.sysfs.MediatedDevices;
import org.pinion.linux.sysfs.PciFunction;
import org.pinion.linux.sysfs.PciFunctions;

class SysfsTest {

    private static final String UUID = "83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";
    private static final String EDU = "/sys/bus/pci/devices/0000:00:10.0";

    private final EmulatedKernel kernel = EmulatedKernel.lab();

    @Test
    void devicesAreFoundOnTheirBus() throws Exception {
        assertThat(kernel.list("/sys/bus/pci/devices")).containsExactly("0000:00:10.0", "0000:00:11.0", "0000:00:12.0");
        assertThat(kernel.list("/sys/bus/mdev/devices")).containsExactly(UUID);
        assertThat(kernel.list("/sys/bus/pci/drivers/vfio-pci")).contains("0000:00:11.0");
    }

    @ParameterizedTest
    @CsvSource({"vendor,0x1234", "device,0x11e8", "class,0x00ff00", "revision,0x10", "driver_override,vfio-pci"})
    void aPciDeviceSaysWhatItIs(String file, String content) throws Exception {
        assertThat(kernel.readFile(EDU + "/" + file)).isEqualTo(content + "\n");
    }

    @Test
    void resourcesTellWhereTheBarsAre() throws Exception {
        assertThat(kernel.readFile(EDU + "/resource").lines()).hasSize(13)
                .startsWith("0x00000000c0000000 0x00000000c00fffff 0x0000000000040200",
                        "0x0000000000000000 0x0000000000000000 0x0000000000000000");
        assertThat(kernel.readFile("/sys/bus/pci/devices/0000:00:12.0/resource").lines())
                .contains("0x00000000c1000000 0x00000000c1ffffff 0x0000000000040200");
    }

    @Test
    void linksLeadToDriverAndGroup() throws Exception {
        assertThat(kernel.linkName(EDU + "/driver")).contains("vfio-pci");
        assertThat(kernel.linkName(EDU + "/iommu_group")).contains("0");
        assertThat(kernel.linkName("/sys/bus/mdev/devices/" + UUID + "/iommu_group")).contains("3");
        assertThat(kernel.linkName(EDU + "/vendor")).isEmpty();
        assertThat(kernel.linkName(EDU + "/nothing")).isEmpty();
    }

    @Test
    void theCharacterDeviceHasTheNameThatSysfsTells() throws Exception {
        assertThat(kernel.list(EDU + "/vfio-dev")).containsExactly("vfio0");
        assertThat(kernel.list("/sys/bus/mdev/devices/" + UUID + "/vfio-dev")).containsExactly("vfio3");
        assertThat(kernel.readFile(EDU + "/vfio-dev/vfio0/dev")).isEqualTo("511:0\n");
        assertThat(kernel.list("/dev/vfio/devices")).containsExactly("vfio0", "vfio1", "vfio2", "vfio3");
        assertThat(kernel.open("/dev/vfio/devices/vfio3", 2)).isPositive();
    }

    @Test
    void groupsTellDevicesTypeAndReservedRegions() throws Exception {
        assertThat(kernel.list("/sys/kernel/iommu_groups")).containsExactly("0", "1", "2", "3");
        assertThat(kernel.list("/sys/kernel/iommu_groups/2/devices")).containsExactly("0000:00:12.0");
        assertThat(kernel.readFile("/sys/kernel/iommu_groups/0/reserved_regions"))
                .isEqualTo("0x00000000fee00000 0x00000000feefffff msi\n");
        assertThat(kernel.readFile("/sys/kernel/iommu_groups/0/type")).isEqualTo("DMA\n");
        assertThat(kernel.readFile("/sys/kernel/iommu_groups/3/reserved_regions")).isEmpty();
        assertThat(kernel.readFile("/sys/kernel/iommu_groups/0/devices/0000:00:10.0/vendor")).isEqualTo("0x1234\n");
    }

    @Test
    void aGroupsRegionsAreThoseOfAllItsDevices() throws Exception {
        EmulatedKernel own = EmulatedKernel.of(HostFile.read("test.yaml", """
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 7}
                  - address: "0000:00:01.1"
                    model: edu
                    group: 7
                    reserved: [{range: 0x1000-0x1fff, type: direct-relaxable}]
                """));
        assertThat(own.readFile("/sys/kernel/iommu_groups/7/reserved_regions")).isEqualTo("""
                0x0000000000001000 0x0000000000001fff direct-relaxable
                0x00000000fee00000 0x00000000feefffff msi
                """);
        assertThat(own.list("/sys/kernel/iommu_groups/7/devices")).hasSize(2);
    }

    @Test
    void theReadersForARealSysReadIt() throws Exception {
        PciFunction edu = new PciFunctions(kernel).all().getFirst();
        assertThat(edu.address()).isEqualTo("0000:00:10.0");
        assertThat(edu.characterDevice()).contains("/dev/vfio/devices/vfio0");
        assertThat(edu.driver()).contains("vfio-pci");
        assertThat(new MediatedDevices(kernel).all()).singleElement().satisfies(mdev -> {
            assertThat(mdev.uuid()).isEqualTo(UUID);
            assertThat(mdev.characterDevice()).contains("/dev/vfio/devices/vfio3");
        });
        assertThat(new IommuGroups(kernel).all()).hasSize(4)
                .anySatisfy(group -> assertThat(group.reserved()).hasSize(1));
    }

    @Test
    void theReadersForARealProcReadIt() throws Exception {
        Process process = new Process(kernel);
        process.memory(Process.PAGE);
        kernel.mmap(Process.PAGE, 3, Mman.MAP_SHARED, process.memfd(Process.PAGE), 0);
        kernel.mmap(Process.PAGE, 1, Mman.MAP_SHARED, process.bound(2), 2L << 40);
        ProcessMemory memory = new ProcessMemory(kernel);
        assertThat(memory.areas()).hasSize(3);
        assertThat(memory.memlockUsage()).isNotNull();
        assertThat(memory.memlockLimit()).isNotNull();
        assertThat(memory.mounts()).hasSize(4);
    }

    @Test
    void groupsThatVfioDrivesHaveAFile() throws Exception {
        EmulatedKernel mixed = EmulatedKernel.of(HostFile.read("test.yaml", """
                dma-entry-limit: 12
                devices:
                  - {address: "0000:00:10.0", model: edu, group: 0, unsafe-interrupts: true}
                  - {address: "0000:00:11.0", model: edu, group: 1, driver: nvme}
                  - {address: "0000:00:12.0", model: edu, group: 26}
                """));
        assertThat(mixed.list("/dev/vfio")).containsExactly("0", "26", "devices", "vfio");
        assertThat(mixed.list("/sys/class/vfio")).containsExactly("0", "26");
        assertThat(mixed.readFile("/sys/class/vfio/26/dev")).isEqualTo("510:26\n");
        String parameters = "/sys/module/vfio_iommu_type1/parameters/";
        assertThat(mixed.readFile(parameters + "dma_entry_limit")).isEqualTo("12\n");
        assertThat(mixed.readFile(parameters + "allow_unsafe_interrupts")).isEqualTo("N\n");
        assertThat(kernel.readFile(parameters + "allow_unsafe_interrupts")).isEqualTo("Y\n");
    }

    @Test
    void onlyTheDriverOverrideTakesAWrite() throws Exception {
        kernel.writeFile(EDU + "/driver_override", "nvme");
        assertThat(kernel.readFile(EDU + "/driver_override")).isEqualTo("nvme\n");
        assertThatThrownBy(() -> kernel.writeFile(EDU + "/vendor", "1")).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> kernel.writeFile("/proc/self/status", "1")).isInstanceOf(AccessDeniedException.class);
        assertThatThrownBy(() -> kernel.writeFile("/sys/nothing", "1")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatIsNotThereIsNotThere() throws Exception {
        assertThatThrownBy(() -> kernel.readFile("/sys/nothing")).isInstanceOf(NoSuchFileException.class);
        assertThat(kernel.list("/sys/nothing")).isEmpty();
    }

    @Test
    void limitsTellWhatMayBePinned() throws Exception {
        assertThat(kernel.readFile("/proc/self/limits"))
                .contains("Max locked memory         unlimited            unlimited            bytes");
        EmulatedKernel small = EmulatedKernel.of(HostFile.read("test.yaml", "memlock: 1M\ndevices: []\n"));
        assertThat(small.readFile("/proc/self/limits"))
                .contains("Max locked memory         1048576              1048576              bytes");
    }
}
