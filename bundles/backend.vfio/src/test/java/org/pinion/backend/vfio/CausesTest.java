package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.ReservedRegion;
import org.pinion.device.cause.Cause;
import org.pinion.device.host.GroupFacts;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;

class CausesTest {

    private static final String EDU = "0000:00:10.0";
    private static final GroupFacts ALONE = new GroupFacts(EDU, 4, List.of(), List.of(), false, "");
    private static final RangeSet USABLE = RangeSet.of(new AddressRange(0, 0xfffff));
    private static final Mapping INSIDE = Machine.user(0, 0x1000, 0x10000);
    private static final Mapping OUTSIDE = Machine.user(0x100000, 0x1000, 0x10000);

    private static ErrnoException answer(Errno errno) {
        return new ErrnoException("a call", errno);
    }

    private static JoinCauses join(GroupFacts facts, boolean iommufd, Mapping... mappings) {
        return new JoinCauses(
                facts,
                new JoinCauses.Content(Optional.of(USABLE), List.of(mappings), 0x2000),
                iommufd,
                KnownProcess.FACTS);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EINVAL     | 0x100000-0x100fff is mapped, which 0000:00:10.0 cannot use: it can use [0x0-0xfffff]",
        "EADDRINUSE | 0x100000-0x100fff is mapped, which 0000:00:10.0 cannot use: it can use [0x0-0xfffff]",
        "EFAULT     | cannot be pinned",
        "ENOMEM     | 0x2000 bytes are to be pinned and the limit on locked memory is 0x800000 bytes",
        "EBUSY      | has a DMA set-up of its own",
        "EPERM      | interrupts",
        "ENODEV     | going away",
        "ENOTTY     | no VFIO groups",
        "EIO        | did not come up",
    })
    void aGroupThatDoesNotGetInHasACauseInWordsWithARemedy(Errno errno, String words) {
        Cause cause = join(ALONE, false, INSIDE, OUTSIDE).of(answer(errno));
        assertThat(cause.why()).contains(words);
        assertThat(cause.remedy()).isNotBlank();
    }

    @Test
    void aGroupThatDoesNotGoWithTheContainerIsToldSo() {
        assertThat(join(ALONE, false, INSIDE).of(answer(Errno.EINVAL)).why())
                .startsWith("the IOMMU of IOMMU group 4 of 0000:00:10.0 does not go with the container");
        ReservedRegion direct = new ReservedRegion(new AddressRange(0x7d000000L, 0x7d7fffffL), "direct");
        GroupFacts firmware = new GroupFacts(EDU, 4, List.of(), List.of(direct), false, "");
        assertThat(join(firmware, false).of(answer(Errno.EINVAL)).why()).contains("0x7d000000-0x7d7fffff", "RMRR");
    }

    @Test
    void theParameterForInterruptsIsThatOfWhoServesTheContainer() {
        assertThat(join(ALONE, false).of(answer(Errno.EPERM)).remedy())
                .endsWith("echo Y > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts");
        assertThat(join(ALONE, true).of(answer(Errno.EPERM)).remedy())
                .endsWith("echo Y > /sys/module/iommufd/parameters/allow_unsafe_interrupts");
    }

    @Test
    void aGroupThatTheHostUsesIsTold() {
        GroupFacts.Member member = new GroupFacts.Member("0000:00:10.1", "e1000e");
        GroupFacts facts = new GroupFacts(EDU, 4, List.of(member), List.of(), false, "");
        assertThat(join(facts, false).of(answer(Errno.EPERM)).why())
                .isEqualTo("IOMMU group 4 of 0000:00:10.0 is in use by the host: 0000:00:10.1 has driver e1000e");
    }

    @Test
    void whoHasAGroupOpenIsTold() {
        assertThat(OpenCauses.ofGroup("/dev/vfio/4", "process 4711", answer(Errno.EBUSY)).why())
                .endsWith("it is in use by process 4711");
        assertThat(OpenCauses.ofGroup("/dev/vfio/4", "", answer(Errno.EBUSY)).why()).endsWith("it is in use");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "ENOENT | there is no /dev/vfio/vfio   | modprobe vfio_iommu_type1",
        "EACCES | may not open /dev/vfio/vfio  | udev rule",
        "EMFILE | too many files               | ulimit -n",
    })
    void whyAContainerCannotBeOpenedIsTold(Errno errno, String why, String remedy) {
        Cause cause = OpenCauses.ofContainer(answer(errno));
        assertThat(cause.why()).contains(why);
        assertThat(cause.remedy()).contains(remedy);
    }

    @ParameterizedTest
    @EnumSource(Errno.class)
    void noErrnoIsLeftWithoutWordsAndRemedy(Errno errno) {
        List<Cause> causes = List.of(
                OpenCauses.ofContainer(answer(errno)),
                OpenCauses.ofGroup("/dev/vfio/4", "", answer(errno)),
                join(ALONE, false).of(answer(errno)),
                new MapCauses(Optional.empty(), 0, KnownProcess.FACTS).of(INSIDE, answer(errno)));
        assertThat(causes).allSatisfy(cause -> {
            assertThat(cause.why()).isNotBlank();
            assertThat(cause.remedy()).isNotBlank();
        });
        IommuException unmap = UnmapCauses.failing("unmap it", INSIDE.range(), answer(errno));
        assertThat(unmap.why()).isNotBlank();
        assertThat(unmap.remedy()).isNotBlank();
    }

    @Test
    void whatIsStillThereIsNeverToldAsGone() {
        IommuException reaching = UnmapCauses.failing("unmap it", INSIDE.range(), answer(Errno.ENOENT));
        assertThat(reaching.errno()).isEmpty();
        assertThat(UnmapCauses.absent("unmap it", INSIDE.range()).errno()).contains("ENOENT");
    }
}
