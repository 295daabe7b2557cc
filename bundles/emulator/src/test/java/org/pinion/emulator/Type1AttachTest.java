package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.ContainerProcess.MTTY_GROUP;
import static org.pinion.emulator.ContainerProcess.V2;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** Groups that come to mappings, mappings that come to groups, and what is left when groups go. */
class Type1AttachTest {

    private static final long MSI = 0xfee00000L;
    private static final long PAST = 1L << 39;
    private static final String UNTIL_THE_END = "0xfef00000-0x7fffffffff";

    private static final String MACHINE = """
            devices:
              - {address: "0000:00:01.0", model: edu, group: 1}
              - {address: "0000:00:02.0", model: edu, group: 2, aperture: 0x10000-0xffffff}
              - {address: "0000:00:03.0", model: edu, group: 3, aperture: 0x8000000000-0xffffffffff}
              - address: "0000:00:04.0"
                model: edu
                group: 4
                reserved:
                  - {range: 0x0-0xfff, type: reserved}
                  - {range: 0x5000-0x5fff, type: reserved}
                  - {range: 0x8000-0x8fff, type: direct-relaxable}
              - {address: "0000:00:04.1", model: edu, group: 4, driver: none,
                  reserved: [{range: 0xa000-0xafff, type: msi}]}
              - {address: "0000:00:05.0", model: edu, group: 5, reserved: [{range: 0x0-0xfedfffff, type: reserved},
                  {range: 0xfef00000-0x7fffffffff, type: reserved}]}
              - {address: 83b8f4f2-509f-382f-3c1e-e6bfe0fa1001, model: mtty, group: 9}
            """;

    private final ContainerProcess process = ContainerProcess.on(MACHINE);
    private final long va = process.memory(16 * PAGE).address();

    @Test
    void theOrderDecidesAsItDoesInTheKernel() {
        ContainerProcess lab = ContainerProcess.onLab();
        lab.ready(MTTY_GROUP, V2);
        assertThat(lab.map(va, PAGE, MSI)).isZero();
        assertThat(errno(lab.set(lab.group(0)))).isEqualTo(Errno.EINVAL);
        ContainerProcess other = ContainerProcess.onLab();
        other.ready(0, V2);
        assertThat(errno(other.map(va, PAGE, MSI))).isEqualTo(Errno.EINVAL);
        assertThat(other.set(other.group(MTTY_GROUP))).isZero();
    }

    @Test
    void withMdevsAloneEverythingIsTakenAndNothingIsPinned() {
        process.ready(9, V2);
        assertThat(process.map(0x10000, PAGE, MSI)).as("a hole").isZero();
        assertThat(process.map(0x10000, PAGE, PAST)).isZero();
        assertThat(process.lockedKilobytes()).isZero();
        assertThat(errno(process.map(va + 1, PAGE, 0))).as("pages all the same").isEqualTo(Errno.EINVAL);
    }

    @Test
    void whatWasNeverPinnedIsLookedAtWhenAnIommuComes() {
        process.ready(9, V2);
        process.map(va, PAGE, 0x1000);
        process.map(0x10000, PAGE, 0x2000);
        int group = process.group(1);
        assertThat(errno(process.set(group))).isEqualTo(Errno.EFAULT);
        assertThat(process.lockedKilobytes()).as("unwound").isZero();
        assertThat(process.status(group)).as("in no container, and nobody's").isEqualTo(1);
        process.unmap(0x2000, PAGE);
        assertThat(process.set(group)).isZero();
        assertThat(process.lockedKilobytes()).isEqualTo(4);
    }

    @Test
    void pastTheApertureIsFoundOutLast() {
        process.ready(9, V2);
        process.map(va, PAGE, PAST);
        int group = process.group(1);
        assertThat(errno(process.set(group))).isEqualTo(Errno.ERANGE);
        process.map(0x10000, PAGE, MSI);
        assertThat(errno(process.set(group))).as("reserved addresses are looked at before").isEqualTo(Errno.EINVAL);
        assertThat(process.lockedKilobytes()).isZero();
    }

    @Test
    void aSecondIommuNarrowsWhatIsUsable() {
        int wide = process.ready(1, V2);
        assertThat(process.usable()).containsExactly("0x0-0xfedfffff", UNTIL_THE_END);
        process.map(va, PAGE, 0x5000);
        int narrow = process.group(2);
        assertThat(errno(process.set(narrow))).as("below its aperture").isEqualTo(Errno.EINVAL);
        process.unmap(0x5000, PAGE);
        process.map(va, PAGE, 0x1000000);
        assertThat(errno(process.set(narrow))).as("above its aperture").isEqualTo(Errno.EINVAL);
        process.unmap(0x1000000, PAGE);
        assertThat(process.set(narrow)).isZero();
        assertThat(process.usable()).containsExactly("0x10000-0xffffff");
        assertThat(errno(process.map(va, PAGE, 0x5000))).isEqualTo(Errno.EINVAL);
        process.unset(narrow);
        assertThat(process.usable()).containsExactly("0x0-0xfedfffff", UNTIL_THE_END);
        process.set(narrow);
        process.unset(wide);
        assertThat(process.usable()).containsExactly("0x10000-0xffffff");
    }

    @Test
    void aSecondIommuSharesThePins() {
        process.ready(1, V2);
        process.map(va, PAGE, 0x20000);
        int narrow = process.joined(2);
        assertThat(process.lockedKilobytes()).isEqualTo(4);
        process.unset(narrow);
        assertThat(process.lockedKilobytes()).isEqualTo(4);
    }

    @Test
    void iommusThatHaveNoAddressInCommonDoNotMeet() {
        process.ready(1, V2);
        assertThat(errno(process.set(process.group(3)))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aGroupThatLeavesNothingUsableIsRefused() {
        process.joined(5);
        assertThat(errno(process.setIommu(V2))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void allDevicesOfAGroupReserve() {
        process.ready(1, V2);
        process.map(va, PAGE, 0xa000);
        int group = process.group(4);
        assertThat(errno(process.set(group))).isEqualTo(Errno.EINVAL);
        process.unmap(0xa000, PAGE);
        process.map(va, PAGE, 0x8000);
        assertThat(process.set(group)).as("relaxable").isZero();
        assertThat(process.usable()).containsExactly("0x1000-0x4fff", "0x6000-0x9fff", "0xb000-0xfedfffff",
                UNTIL_THE_END);
    }

    @Test
    void whatAGroupReservedAtTheEdgeStaysReserved() {
        process.ready(1, V2);
        int group = process.joined(4);
        process.unset(group);
        assertThat(process.usable()).as("the kernel starts from the first usable address")
                .containsExactly("0x1000-0xfedfffff", UNTIL_THE_END);
    }

    @Test
    void beforeTheKindIsChosenTheOrderOfGroupsDoesNotMatter() {
        process.joined(9);
        process.joined(1);
        process.joined(2);
        assertThat(process.setIommu(V2)).isZero();
        assertThat(process.usable()).containsExactly("0x10000-0xffffff");
    }

    @Test
    void withTheLastIommuThePinsGoAndMappingsStayForAnMdev() {
        int group = process.ready(1, V2);
        process.joined(9);
        process.map(va, PAGE, 0x1000);
        assertThat(process.unset(group)).isZero();
        assertThat(process.lockedKilobytes()).isZero();
        assertThat(process.usable()).containsExactly("0x0-0xffffffffffffffff");
        assertThat(process.map(0x10000, PAGE, MSI)).isZero();
        assertThat(process.unmap(0x1000, PAGE)).isEqualTo(PAGE);
    }

    @Test
    void withTheMdevGoneTheIommuKeepsTheMappings() {
        process.ready(1, V2);
        int mdev = process.joined(9);
        process.map(va, PAGE, 0x1000);
        process.unset(mdev);
        assertThat(process.lockedKilobytes()).isEqualTo(4);
        assertThat(process.unmap(0x1000, PAGE)).isEqualTo(PAGE);
    }
}
