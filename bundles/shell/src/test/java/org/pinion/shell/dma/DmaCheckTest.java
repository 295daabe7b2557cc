package org.pinion.shell.dma;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.AddressSpace;
import org.pinion.api.AttachedDevice;
import org.pinion.api.Backing;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.SpaceOptions;
import org.pinion.shell.dma.DmaResult.CheckedRange;
import org.pinion.shell.fake.FakeDevice.Fault;
import org.pinion.shell.fake.FakeDma;
import org.pinion.shell.fake.Lab;

class DmaCheckTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @Test
    void aGoodDeviceReachesTheFirstAndTheLastPageOfEveryRange() throws IommuException {
        DmaResult.Moved moved = moved(Lab.host(), DEADLINE);
        assertThat(moved.failures()).isEmpty();
        assertThat(moved.identity()).isEqualTo("1234:11e8");
        assertThat(moved.ranges()).hasSize(4).allSatisfy(range -> assertThat(range.outcome()).isEqualTo("ok"));
        assertThat(moved.transfers()).isEqualTo(4 * 2 * 2 + 1);
    }

    @Test
    void anAddressThatIsNotMappedIsWrittenToAsWell() throws IommuException {
        assertThat(moved(Lab.host(), DEADLINE).unmapped()).contains(0xa0000L);
    }

    @Test
    void theAddressThatIsNotMappedLiesWhereTheGuestHasMemoryIfItCan() throws IommuException {
        FakeDma host = Lab.host();
        host.guest = FlatView.of("memory", List.of(
                Lab.section(0x1000, 0x1fff, SectionKind.RAM, "pc.ram", 0x1000),
                Lab.section(0x8000, 0x8fff, SectionKind.RAM_DEVICE, "pc.ram", 0x8000)));
        assertThat(moved(host, DEADLINE).unmapped()).contains(0x8000L);
    }

    @ParameterizedTest
    @CsvSource({
        "FLIPS_A_BYTE, 0x0-0x3f and wrote to 0x0-0x3f differ from byte 5 on",
        "ESCAPES, 'the device wrote to 0xa0000-0xa003f, where nothing is mapped, and memory at 0x0-0x3f changed'",
        "HAS_28_BITS, only if started with dma_mask=0xffffffffffffffff"
    })
    void aBrokenDeviceFailsTheCheck(Fault fault, String message) throws IommuException {
        assertThat(moved(Lab.host(fault), DEADLINE).failures()).anySatisfy(
                failure -> assertThat(failure).contains(message));
    }

    @Test
    void aDeviceThatIsNeverDoneIsGivenUp() throws IommuException {
        DmaResult.Moved moved = moved(Lab.host(Fault.NEVER_DONE), Duration.ofMillis(20));
        assertThat(moved.failures()).singleElement().asString()
                .contains("by 0000:00:10.0: the device was not done after 20 ms");
        assertThat(moved.transfers()).isZero();
    }

    @Test
    void readOnlyRangesAreOnlyRead() throws IommuException {
        FakeDma host = Lab.host();
        host.guest = FlatView.of("memory", List.of(Lab.section(0, 0xffff, SectionKind.ROM, "bios", 0)));
        DmaResult.Moved moved = moved(host, DEADLINE);
        assertThat(moved.ranges()).extracting(CheckedRange::outcome).singleElement().asString()
                .isEqualTo("not checked: it is read-only, and nothing writable is mapped to bring the bytes back to");
        assertThat(moved.transfers()).isZero();
        assertThat(moved.failures()).isEmpty();
    }

    @Test
    void memoryOfADeviceIsNotTouched() throws IommuException {
        FakeDma host = Lab.host();
        Section bar = Lab.section(0x10000, 0x10fff, SectionKind.RAM, "bar", 0)
                .withBacking(new Backing.DeviceBar(Lab.EDU1, 0, 0));
        host.guest = FlatView.of("memory", List.of(Lab.section(0, 0xfff, SectionKind.RAM, "pc.ram", 0), bar));
        DmaResult.Moved moved = moved(host, DEADLINE);
        assertThat(moved.failures()).isEmpty();
        assertThat(moved.ranges()).extracting(CheckedRange::outcome)
                .containsExactly("ok", "not checked: registers of a device, or not known to be anything else");
    }

    private static FakeDma withMemoryBar(Fault fault) {
        FakeDma host = Lab.host(fault);
        host.memory.bars.put(Lab.SHMEM, Arena.ofAuto().allocate(0x10000));
        Section bar = Lab.section(0x10000, 0x1ffff, SectionKind.RAM, "bar", 0)
                .withBacking(new Backing.DeviceBar(Lab.SHMEM, 2, 0));
        host.guest = FlatView.of("memory", List.of(Lab.section(0, 0xfff, SectionKind.RAM, "pc.ram", 0), bar));
        return host;
    }

    private static DmaResult.Moved movedBetweenDevices(FakeDma host) throws IommuException {
        return (DmaResult.Moved) check(host, DEADLINE, Lab.EDU0, Lab.SHMEM).getFirst();
    }

    @Test
    void memoryOfAnotherDeviceIsReachedAndPutBack() throws IommuException {
        FakeDma host = withMemoryBar(Fault.NONE);
        host.memory.bars.get(Lab.SHMEM).fill((byte) 0x5a);
        DmaResult.Moved moved = movedBetweenDevices(host);
        assertThat(moved.failures()).isEmpty();
        assertThat(moved.ranges()).extracting(CheckedRange::outcome).containsExactly("ok", "ok");
        assertThat(host.memory.bars.get(Lab.SHMEM).toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
    }

    @Test
    void aWrongByteInTheMemoryOfAnotherDeviceIsFound() throws IommuException {
        DmaResult.Moved moved = movedBetweenDevices(withMemoryBar(Fault.FLIPS_A_BYTE));
        assertThat(moved.failures()).anySatisfy(failure -> assertThat(failure).contains("read from 0x10000-"));
    }

    @Test
    void memoryOfADeviceThatIsNotAttachedIsNotLookedAt() throws IommuException {
        assertThat(moved(withMemoryBar(Fault.NONE), DEADLINE).ranges().getLast().outcome())
                .isEqualTo("not checked: registers of a device, or not known to be anything else");
    }

    @Test
    void theSamePageShownTwiceDoesNotConfuseTheCheck() throws IommuException {
        FakeDma host = Lab.host();
        host.guest = FlatView.of("memory", List.of(
                Lab.section(0, 0xfff, SectionKind.RAM, "pc.ram", 0),
                Lab.section(0x10000, 0x10fff, SectionKind.ROM, "pc.ram", 0)));
        assertThat(moved(host, DEADLINE).failures()).isEmpty();
        assertThat(moved(host, DEADLINE).ranges()).hasSize(2);
    }

    @Test
    void theMemoryAndTheCommandRegisterAreAsBefore() throws IommuException {
        FakeDma host = Lab.host();
        try (StandInMemory memory = StandInMemory.under(host.guest, Optional.of(host.memory));
                AddressSpace space = host.open(new SpaceOptions("test", "iommufd", List.of("strict")))) {
            MemorySegment all = memory.at(0x100000, 0x100000).orElseThrow();
            all.fill((byte) 0x5a);
            space.commit(memory.view());
            AttachedDevice device = space.attach(Lab.EDU0);
            new DmaCheck(memory, space.snapshot(), DEADLINE).of(List.of(device));
            assertThat(all.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0x5a);
            assertThat(host.opened.get(Lab.EDU0).commandRegister()).isZero();
            assertThat(host.opened.get(Lab.EDU0).transfers).isEqualTo(17);
        }
    }

    @Test
    void resultsAreSortedAndOtherDevicesAreLeftAlone() throws IommuException {
        List<DmaResult> results = check(Lab.host(), DEADLINE, Lab.SHMEM, Lab.EDU1, Lab.EDU0);
        assertThat(results).extracting(DmaResult::device).containsExactly(Lab.EDU0, Lab.EDU1, Lab.SHMEM);
        assertThat(results.getLast()).isEqualTo(new DmaResult.NotDriven(Lab.SHMEM, "1af4:1110"));
    }

    private static DmaResult.Moved moved(FakeDma host, Duration deadline) throws IommuException {
        return (DmaResult.Moved) check(host, deadline, Lab.EDU0).getFirst();
    }

    private static List<DmaResult> check(FakeDma host, Duration deadline, String... devices) throws IommuException {
        try (StandInMemory memory = StandInMemory.under(host.guest, Optional.of(host.memory));
                AddressSpace space = host.open(new SpaceOptions("test", "iommufd", List.of("strict")))) {
            space.commit(memory.view());
            List<AttachedDevice> attached = new ArrayList<>();
            for (String device : devices) {
                attached.add(space.attach(device));
            }
            return new DmaCheck(memory, space.snapshot(), deadline).of(attached);
        }
    }
}
