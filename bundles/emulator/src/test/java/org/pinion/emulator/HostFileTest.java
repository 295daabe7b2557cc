package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.emulator.host.DeviceModel;
import org.pinion.emulator.host.Host;
import org.pinion.emulator.host.HostDevice;
import org.pinion.emulator.host.HostFile;
import org.pinion.emulator.host.HostFileException;
import org.pinion.emulator.host.IommuGeometry;
import org.pinion.emulator.host.KernelRelease;
import org.pinion.emulator.host.IovaRange;
import org.pinion.emulator.host.ReservedRegion;
import org.pinion.emulator.host.ReservedType;

class HostFileTest {

    @ParameterizedTest
    @CsvSource({
        "7.3,  intel,  0x0-0x7fffffffff,         0x40201000,         false, false, 1",
        "6.12, intel,  0x0-0x7fffffffff,         0x40201000,         false, false, 1",
        "7.3,  amd,    0x0-0xffffffffffff,       0x7f7ffffff000,     false, true,  2",
        "6.12, amd,    0x0-0xffffffffffffffff,   0xfff7ffffff000,    false, true,  2",
        "7.3,  virtio, 0x0-0xffffffffffffffff,   0xfffffffffffff000, true,  false, 1",
        "6.12, virtio, 0x0-0xffffffffffffffff,   0xfffffffffffff000, true,  false, 1",
    })
    void anIommuIsWhatItsDriverMakesOfQemus(String release, String driver, String aperture, String sizes,
            boolean withoutAccess, boolean snooping, int reserved) {
        String file = "iommu: {driver: %s}\ndevices: [{address: '0000:00:10.0', model: edu, group: 0}]";
        HostDevice device = HostFile.read("test.yaml", file.formatted(driver), KernelRelease.named(release))
                .devices().getFirst();
        assertThat(device.iommu().aperture()).hasToString(aperture);
        assertThat("0x" + Long.toHexString(device.iommu().pageSizeBits())).isEqualTo(sizes);
        assertThat(device.iommu().mapsWithoutAccess()).isEqualTo(withoutAccess);
        assertThat(device.iommu().forcesSnooping()).isEqualTo(snooping);
        assertThat(device.reserved()).hasSize(reserved);
    }

    @Test
    void whatTheFileSaysIsNotTheDriversMatter() {
        HostDevice device = HostFile.read("test.yaml", """
                iommu: {driver: amd, aperture: 0x0-0xffff, page-sizes: [4K], forces-snooping: false, reserved: []}
                devices: [{address: '0000:00:10.0', model: edu, group: 0}]
                """).devices().getFirst();
        assertThat(device.iommu()).isEqualTo(new IommuGeometry(new IovaRange(0, 0xffff), List.of(4096L)));
        assertThat(device.reserved()).isEmpty();
    }

    @Test
    void anotherKernelThanTheFilesIsPlayedAndCallsItselfSo() {
        Host host = HostFile.read("test.yaml", "{kernel: mine, interface: 7.3, devices: []}",
                Optional.of(KernelRelease.LINUX_6_12));
        assertThat(host.release()).isEqualTo(KernelRelease.LINUX_6_12);
        assertThat(host.kernel()).isEqualTo("Linux 6.12.117 emulated in Java");
    }

    private static final String EDU = "- {address: '0000:00:10.0', model: edu, group: 1";

    @Test
    void everythingCanBeSaid() {
        Host host = HostFile.read("h.yaml", """
                kernel: Linux 9 on paper
                interface: 6.12
                page-size: 4K
                memlock: 16M
                ipc-lock: true
                sys-resource: true
                dma-entry-limit: 17
                iommu:
                  aperture: 0x1000-0xffff_ffff
                  page-sizes: [4K, 64K]
                  maps-without-access: true
                  forces-snooping: true
                  reserved:
                    - {range: 0x8000000-0x80fffff, type: msi}
                devices:
                  - address: 0000:3a:1f.7
                    model: ivshmem
                    group: 12
                    driver: none
                    aperture: 0-4294967295
                    page-sizes: [2M]
                    unsafe-interrupts: true
                    reset: true
                    reserved:
                      - {range: 0x100000-0x1fffff, type: direct}
                """.replace("_", ""));
        assertThat(host.kernel()).isEqualTo("Linux 9 on paper");
        assertThat(host.release()).isEqualTo(KernelRelease.LINUX_6_12);
        assertThat(host.memlock()).isEqualTo(OptionalLong.of(16 << 20));
        assertThat(host.ipcLock()).isTrue();
        assertThat(host.dmaEntryLimit()).isEqualTo(17);
        assertThat(host.devices()).containsExactly(new HostDevice("0000:3a:1f.7", DeviceModel.IVSHMEM, 12, "",
                new IommuGeometry(new IovaRange(0, 0xffffffffL), List.of(2L << 20), false, true, true),
                List.of(new ReservedRegion(new IovaRange(0x8000000, 0x80fffff), ReservedType.MSI),
                        new ReservedRegion(new IovaRange(0x100000, 0x1fffff), ReservedType.DIRECT)), true, true));
    }

    @Test
    void whatIsNotSaidHasADefault() {
        Host host = HostFile.read("h.yaml", "devices:\n" + EDU + "}");
        assertThat(host.memlock()).isEqualTo(OptionalLong.of(8 << 20));
        assertThat(host.ipcLock()).isFalse();
        HostDevice edu = host.devices().getFirst();
        assertThat(edu.driver()).isEqualTo("vfio-pci");
        assertThat(edu.iommu().aperture()).isEqualTo(new IovaRange(0, 0x7fffffffffL));
        assertThat(edu.reserved()).singleElement().extracting(ReservedRegion::type).isEqualTo(ReservedType.MSI);
    }

    @ParameterizedTest
    @CsvSource({"0x40201000,3,0x1000", "0xfffffffffffff000,52,0x1000", "0x8000000000000000,1,0x8000000000000000"})
    void pageSizesMayBeABitEach(String bits, int sizes, String smallest) {
        String text = "iommu: {page-sizes: " + bits + "}\ndevices:\n" + EDU + "}";
        IommuGeometry iommu = HostFile.read("h.yaml", text).devices().getFirst().iommu();
        assertThat(iommu.pageSizeBits()).isEqualTo(Long.parseUnsignedLong(bits.substring(2), 16));
        assertThat(iommu.pageSizes()).hasSize(sizes);
        assertThat(iommu.smallestPage()).isEqualTo(Long.parseUnsignedLong(smallest.substring(2), 16));
    }

    @Test
    void theShippedMachineHasFourDevicesThatVfioDrives() {
        assertThat(HostFile.lab().devices()).hasSize(4).allMatch(HostDevice::vfio);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "[1]", "a: b: c", "devices: [", "memlock: 1M", "devices: 5", "devices:"})
    void whatIsNoHostFileIsRefusedWithThePlace(String text) {
        assertThatThrownBy(() -> HostFile.read("h.yaml", text)).isInstanceOf(HostFileException.class)
                .hasMessageMatching("(?s)h\\.yaml:[1-9].*");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "memlok: 1M | h.yaml:1: unknown key 'memlok'; did you mean 'memlock'? known keys are kernel, interface,",
        "memlock: much | h.yaml:1: memlock: 'much' is no size; write bytes, or a number with K, M, G or T",
        "memlock: 9000000T | h.yaml:1: memlock: '9000000T' is more than 2^63-1 bytes",
        "page-size: 64K | h.yaml:1: page-size: 65536 is not possible",
        "ipc-lock: maybe | h.yaml:1: ipc-lock: 'maybe' is neither true nor false",
        "iommu: {aperture: 9-1} | h.yaml:1: iommu: aperture: the range 0x9-0x1 ends before it starts",
        "iommu: {aperture: all} | h.yaml:1: iommu: aperture: 'all' is no range; write FIRST-LAST",
        "iommu: {aperture: 0-0xg} | h.yaml:1: iommu: aperture: '0xg' is no address",
        "iommu: {aperture: 0-0x10000000000000000} | 'iommu: aperture: ''0x10000000000000000'' is no address'",
        "iommu: {page-sizes: []} | h.yaml:1: iommu: page-sizes: there is no size; an IOMMU has at least one",
        "iommu: {page-sizes: [3K]} | h.yaml:1: iommu: page-sizes: 3072 is not a power of two",
        "iommu: {page-sizes: 0x0} | h.yaml:1: iommu: page-sizes: there is no size; an IOMMU has at least one",
        "iommu: {page-sizes: 4K} | h.yaml:1: iommu: page-sizes: '4K' is neither a list nor, in hexadecimal after 0x,",
        "iommu: {page-sizes: [0]} | h.yaml:1: iommu: page-sizes: 0 is not a power of two",
        "iommu: {reserved: [{range: 0-9, type: msy}]} | unknown 'msy'; did you mean 'msi'? known are direct,",
        "dma-entry-limit: many | h.yaml:1: dma-entry-limit: 'many' is no number between 0 and 999999999",
        "iommu: {reserved: [{range: 0-9}]} | h.yaml:1: iommu: reserved: key 'type' is missing",
        "iommu: {reserved: [{range: 0-9, type: msi}, {range: 9-11, type: msi}]} | 0x9-0xb overlaps 0x0-0x9 of the same"})
    void mistakesAtTheTopAreTold(String line, String message) {
        assertThatThrownBy(() -> HostFile.read("h.yaml", line + "\ndevices: []")).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        ", reservd: []} | h.yaml:2: device 0000:00:10.0: unknown key 'reservd'; did you mean 'reserved'? known keys are",
        ", group: 2} | h.yaml:2: device 0000:00:10.0: key 'group' is there twice",
        ", reserved: [{range: 0xfeeff000-0xfef00000, type: reserved}]} | which the IOMMU reserves for every device",
        ", aperture: [1]} | h.yaml:2: device 0000:00:10.0: aperture: expected a word",
        "}\\n- {address: '0000:00:10.0', model: edu, group: 2} | h.yaml:3: device 0000:00:10.0: address: there is a",
        "}\\n- {address: '0000:00:1g.0', model: edu, group: 2} | '0000:00:1g.0' is no address of a 'edu'",
        "}\\n- {address: '0000:00:11.0', model: edo, group: 2} | model: unknown 'edo'; did you mean 'edu'? known are edu",
        "}\\n- {address: '0000:00:11.0', model: edu, group: -1} | '-1' is no number",
        "}\\n- {address: '0000:00:11.0', model: edu} | h.yaml:3: device 0000:00:11.0: key 'group' is missing",
        "}\\n- {model: edu, group: 2} | h.yaml:3: device number 2: key 'address' is missing",
        "}\\n- 5 | h.yaml:3: device number 2: expected keys and values; known keys are address",
        "}\\n- {address: '0000:00:11.0', model: edu, group: 1, page-sizes: [2K]} | has another aperture or other page",
        "}\\n- {address: '0000:00:11.0', model: mtty, group: 2} | is no address of an mdev 'mtty'; write a UUID"})
    void mistakesInDevicesAreTold(String rest, String message) {
        String text = "devices:\n" + EDU + rest.replace("\\n", "\n");
        assertThatThrownBy(() -> HostFile.read("h.yaml", text)).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"group: 1,is the group of 0000:00:10.0 too; an mdev has a group of its own",
        "'group: 2, driver: x',an mdev has none"})
    void anMdevHasNoIommuAndAGroupOfItsOwn(String rest, String message) {
        String text = "devices:\n" + EDU + "}\n- {address: 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001, model: mtty, " + rest
                + "}";
        assertThatThrownBy(() -> HostFile.read("h.yaml", text)).hasMessageContaining(message);
    }
}
