package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.AddressRange;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.device.cause.Cause;
import org.pinion.device.cause.RegionCauses;
import org.pinion.device.host.GroupFacts;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;

class DeviceCausesTest {

    private static final String EDU = "0000:00:10.0";
    private static final GroupFacts ALONE = new GroupFacts(EDU, 4, List.of(), List.of(), false, "");

    private static ErrnoException answer(Errno errno) {
        return new ErrnoException("a call", errno);
    }

    private static String bind(GroupFacts facts, Errno errno) {
        Cause cause = new BindCauses(facts).of(answer(errno));
        assertThat(cause.remedy()).isNotBlank();
        return cause.why();
    }

    @Test
    void aGroupThatTheHostUsesIsTold() {
        GroupFacts facts = new GroupFacts(
                EDU,
                4,
                List.of(
                        new GroupFacts.Member("0000:00:10.1", "e1000e"),
                        new GroupFacts.Member("0000:00:10.2", "vfio-pci"),
                        new GroupFacts.Member("0000:00:10.3", "")),
                List.of(),
                false,
                "");
        assertThat(bind(facts, Errno.EPERM))
                .isEqualTo("IOMMU group 4 of 0000:00:10.0 is in use by the host: 0000:00:10.1 has driver e1000e");
    }

    @Test
    void interruptsThatAreNotIsolatedAreACauseUnlessTheOperatorAcceptedThem() {
        assertThat(bind(ALONE, Errno.EPERM)).contains("does not isolate the device's interrupts");
        GroupFacts accepted = new GroupFacts(EDU, 4, List.of(), List.of(), true, "process 4711");
        assertThat(bind(accepted, Errno.EPERM))
                .doesNotContain("interrupts")
                .endsWith("another user of VFIO (another address space or process), by process 4711");
    }

    @Test
    void aRegionThatTheFirmwareUsesIsTold() {
        GroupFacts facts = new GroupFacts(
                EDU,
                4,
                List.of(),
                List.of(
                        new ReservedRegion(new AddressRange(0xfee00000L, 0xfeefffffL), "msi"),
                        new ReservedRegion(new AddressRange(0x7d000000L, 0x7d7fffffL), "direct")),
                false,
                "");
        assertThat(bind(facts, Errno.EINVAL))
                .contains("0x7d000000-0x7d7fffff")
                .contains("RMRR")
                .doesNotContain("0xfee00000");
        assertThat(bind(ALONE, Errno.EINVAL)).contains("not coherent").contains("open already");
    }

    @Test
    void whoHasTheDeviceOpenIsTold() {
        GroupFacts held = new GroupFacts(EDU, 4, List.of(), List.of(), false, "process 4711");
        assertThat(bind(held, Errno.EINVAL)).isEqualTo("the device is open already, by process 4711");
        assertThat(bind(held, Errno.EBUSY))
                .isEqualTo("the device is open through its VFIO group, /dev/vfio/4, by process 4711");
    }

    @Test
    void aDeviceWithoutAGroupHasNoIommu() {
        GroupFacts none = new GroupFacts(EDU, -1, List.of(), List.of(), false, "");
        assertThat(bind(none, Errno.ENODEV)).contains("no IOMMU group");
        assertThat(bind(ALONE, Errno.ENODEV)).contains("going away");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EADDRINUSE | it can use [0x0-0xfff]",
        "EINVAL     | IOMMU group 4 is attached elsewhere",
        "EFAULT     | cannot be pinned",
        "ENOMEM     | 0x2000 bytes are to be pinned and the limit on locked memory is 0x800000 bytes",
        "EBUSY      | elsewhere",
        "EPERM      | interrupts",
        "ENODEV     | going away",
        "ENOENT     | no longer has the address space",
        "EIO        | Input/output error",
    })
    void anAttachThatFailsHasACauseInWordsWithARemedy(Errno errno, String words) {
        AttachCauses causes = new AttachCauses(
                EDU, 4, Optional.of(RangeSet.of(new AddressRange(0, 0xfff))), 0x2000, KnownProcess.FACTS);
        Cause cause = causes.of(answer(errno));
        assertThat(cause.why()).contains(words);
        assertThat(cause.remedy()).isNotBlank();
    }

    @ParameterizedTest
    @EnumSource(Errno.class)
    void noErrnoIsLeftWithoutWordsAndRemedy(Errno errno) {
        List<Cause> causes = List.of(
                OpenCauses.ofIommu(answer(errno)),
                OpenCauses.ofCdev("/dev/vfio/devices/vfio0", answer(errno)),
                new BindCauses(ALONE).of(answer(errno)),
                UnmapCauses.of(new AddressRange(0, 0xfff), answer(errno)),
                RegionCauses.of(answer(errno)));
        assertThat(causes).allSatisfy(cause -> {
            assertThat(cause.why()).isNotBlank();
            assertThat(cause.remedy()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ENOENT | there is no /dev/iommu   | modprobe iommufd",
        "EACCES | may not open /dev/iommu  | udev rule",
        "EMFILE | too many files           | ulimit -n",
    })
    void whyTheIommuCannotBeOpenedIsTold(Errno errno, String why, String remedy) {
        Cause cause = OpenCauses.ofIommu(answer(errno));
        assertThat(cause.why()).contains(why);
        assertThat(cause.remedy()).contains(remedy);
    }
}
