package org.pinion.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pinion.linux.MalformedFileException;
import org.pinion.linux.ffm.NativeKernel;

/** The readers of {@code /sys} over a tree of files and links as the kernel makes it. */
class SysfsReadersTest {

    private static final String EDU = "sys/bus/pci/devices/0000:00:10.0";
    private static final String MTTY = "sys/bus/mdev/devices/83b8f4f2-509f-382f-3c1e-e6bfe0fa1001";

    @TempDir
    Path root;

    private SysTree tree;

    @BeforeEach
    void makeTheTree() {
        tree = new SysTree(root);
    }

    private void edu() throws IOException {
        tree.file(EDU + "/vendor", "0x1234\n")
                .file(EDU + "/device", "0x11e8\n")
                .file(EDU + "/class", "0x00ff00\n")
                .link(EDU + "/driver", "../../../bus/pci/drivers/vfio-pci")
                .link(EDU + "/iommu_group", "../../../kernel/iommu_groups/7")
                .directory(EDU + "/vfio-dev/vfio2");
    }

    @Test
    void aPciFunctionIsReadWhole() throws IOException {
        edu();
        assertThat(new PciFunctions(tree.kernel()).find("0000:00:10.0"))
                .hasValue(new PciFunction(
                        "0000:00:10.0",
                        0x1234,
                        0x11e8,
                        0xff00,
                        Optional.of("vfio-pci"),
                        OptionalInt.of(7),
                        Optional.of("/dev/vfio/devices/vfio2")));
    }

    @Test
    void aPciFunctionMayHaveNoDriverNoGroupAndNoCharacterDevice() throws IOException {
        String bare = "sys/bus/pci/devices/0000:00:01.0";
        tree.file(bare + "/vendor", "0x8086\n").file(bare + "/device", "0x29c0").file(bare + "/class", "0x060000\n");
        assertThat(new PciFunctions(tree.kernel()).all())
                .containsExactly(new PciFunction(
                        "0000:00:01.0",
                        0x8086,
                        0x29c0,
                        0x60000,
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty()));
    }

    @Test
    void aFunctionThatWentWhileItWasReadIsLeftOut() throws IOException {
        edu();
        tree.file("sys/bus/pci/devices/0000:00:11.0/vendor", "0x1234\n");
        assertThat(new PciFunctions(tree.kernel()).all())
                .extracting(PciFunction::address)
                .containsExactly("0000:00:10.0");
        assertThat(new PciFunctions(tree.kernel()).find("0000:00:1f.0")).isEmpty();
    }

    @Test
    void aFileThatIsNoNumberIsNamed() throws IOException {
        edu();
        tree.file(EDU + "/class", "display\n");
        assertThatThrownBy(() -> new PciFunctions(tree.kernel()).all())
                .isInstanceOf(MalformedFileException.class)
                .hasMessage("/sys/bus/pci/devices/0000:00:10.0/class, line 1: expected a number such as 0x1af4, found"
                        + " 'display'");
    }

    @Test
    void theMachinesOwnPciFunctionsCanBeRead() throws IOException {
        NativeKernel kernel = new NativeKernel();
        assertThat(new PciFunctions(kernel).all())
                .extracting(PciFunction::address)
                .containsExactlyElementsOf(kernel.list("/sys/bus/pci/devices"));
    }

    @Test
    void groupsComeInTheOrderOfTheirNumbers() throws IOException {
        tree.file("sys/kernel/iommu_groups/10/reserved_regions", "")
                .file(
                        "sys/kernel/iommu_groups/7/reserved_regions",
                        """
                        0x00000000fee00000 0x00000000feefffff msi
                        0x000000fd00000000 0x000000ffffffffff reserved
                        """)
                .directory("sys/kernel/iommu_groups/7/devices/0000:00:11.0")
                .directory("sys/kernel/iommu_groups/7/devices/0000:00:10.0");
        IommuGroups groups = new IommuGroups(tree.kernel());
        IommuGroup seven = new IommuGroup(
                7,
                List.of("0000:00:10.0", "0000:00:11.0"),
                List.of(
                        new ReservedIovas(0xfee00000L, 0xfeefffffL, "msi"),
                        new ReservedIovas(0xfd00000000L, 0xffffffffffL, "reserved")));
        assertThat(groups.all()).containsExactly(seven, new IommuGroup(10, List.of(), List.of()));
        assertThat(groups.find(7)).hasValue(seven);
        assertThat(groups.find(8)).isEmpty();
    }

    @Test
    void aGroupThatHasNoNumberIsNamed() throws IOException {
        tree.directory("sys/kernel/iommu_groups/seven");
        assertThatThrownBy(() -> new IommuGroups(tree.kernel()).all())
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("/sys/kernel/iommu_groups")
                .hasMessageContaining("found 'seven'");
    }

    @Test
    void aMachineWithoutAnIommuHasNoGroups() throws IOException {
        assertThat(new IommuGroups(tree.kernel()).all()).isEmpty();
    }

    @Test
    void aReservedRegionMayEndAtTheLastAddress() throws IOException {
        assertThat(ReservedRegionsText.parse("r", "0xffffffffff000000 0xffffffffffffffff direct-relaxable\n"))
                .containsExactly(new ReservedIovas(0xffffffffff000000L, -1L, "direct-relaxable"));
    }

    @Test
    void aReservedRegionThatIsNoneSaysItsLine() {
        List<String> lines =
                List.of("0x1000", "0x1000 0x1fff", "1000 1fff msi", "0x2000 0x1fff msi", "0xg 0x1fff msi");
        for (String wrong : lines) {
            assertThatThrownBy(() -> ReservedRegionsText.parse("/r", "0x0 0xfff msi\n" + wrong + "\n"))
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageContaining("/r, line 2: expected '0xSTART 0xLAST TYPE'")
                    .hasMessageContaining("found '" + wrong + "'");
        }
    }

    @Test
    void aMediatedDeviceIsReadWhole() throws IOException {
        tree.link(MTTY + "/mdev_type", "../mdev_supported_types/mtty-1")
                .link(MTTY + "/driver", "../../../bus/mdev/drivers/mtty")
                .link(MTTY + "/iommu_group", "../../../kernel/iommu_groups/3")
                .directory(MTTY + "/vfio-dev/vfio0");
        String uuid = MTTY.substring(MTTY.lastIndexOf('/') + 1);
        MediatedDevice mtty = new MediatedDevice(
                uuid,
                Optional.of("mtty-1"),
                Optional.of("mtty"),
                OptionalInt.of(3),
                Optional.of("/dev/vfio/devices/vfio0"));
        MediatedDevices devices = new MediatedDevices(tree.kernel());
        assertThat(devices.all()).containsExactly(mtty);
        assertThat(devices.find(uuid)).hasValue(mtty);
        assertThat(devices.find("no such device")).isEmpty();
    }

    @Test
    void aGroupLinkThatIsNoNumberIsNamed() throws IOException {
        tree.link(MTTY + "/iommu_group", "../../elsewhere");
        assertThatThrownBy(() -> new MediatedDevices(tree.kernel()).all())
                .isInstanceOf(MalformedFileException.class)
                .hasMessageContaining("/iommu_group")
                .hasMessageContaining("found 'elsewhere'");
    }
}
