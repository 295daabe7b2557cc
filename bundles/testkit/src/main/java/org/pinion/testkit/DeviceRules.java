package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

/** The rules of devices that come, are learned about, and go. */
abstract class DeviceRules extends BackendFixture {

    private static final String NO_DEVICE = "ffff:ff:1f.7";

    @Rule(of = BackendSession.class, in = "preflight", says = "without letting it into this address space")
    final void learningAboutADeviceChangesNothing() throws IommuException {
        BackendSession session = open();
        State before = State.of(session);
        session.preflight(device());
        assertThat(State.of(session)).isEqualTo(before);
    }

    @Rule(of = BackendSession.class, in = "preflight", says = "its limits, as the kernel will enforce them")
    final void theLimitsBeforeAttachingAreThoseAfter() throws IommuException {
        BackendSession session = open();
        DeviceLimits limits = session.preflight(device());
        assertThat(limits.device()).isEqualTo(device());
        assertThat(Long.bitCount(limits.alignment())).as("alignment is a power of two").isEqualTo(1);
        session.attach(device());
        assertThat(session.usable()).as("usable with the device alone").isEqualTo(limits.usable());
        assertThat(session.preflight(device()).usable()).as("asked again").isEqualTo(limits.usable());
    }

    @Rule(of = BackendSession.class, in = "preflight", says = "its limits, as the kernel will enforce them")
    final void whatTheDeviceForbidsIsRefused() throws IommuException {
        BackendSession session = openWithDevice();
        AddressRange hole = hole(session);
        refused(session, () -> session.map(memory(hole)));
    }

    /** A page that the devices of a session forbid. */
    private static AddressRange hole(BackendSession session) throws IommuException {
        Optional<AddressRange> hole = session.usable().complement().ranges().stream()
                .flatMap(range -> range.trimTo(page(session)).stream())
                .findFirst();
        assumeTrue(hole.isPresent(), "the device can use every address");
        return AddressRange.ofSize(hole.get().start(), page(session));
    }

    @Rule(of = BackendSession.class, in = "expect", says = "the limits that are to be expected here")
    final void whatIsExpectedIsOfTheSameDeviceAndTheSameEachTime() throws IommuException {
        BackendSession session = open();
        DeviceLimits elsewhere = learned();
        DeviceLimits expected = session.expect(elsewhere);
        assertThat(expected).as("what is expected").isNotNull();
        assertThat(expected.device()).isEqualTo(device());
        assertThat(Long.bitCount(expected.alignment())).as("alignment is a power of two").isEqualTo(1);
        assertThat(session.expect(elsewhere)).as("asked again").isEqualTo(expected);
    }

    @Rule(of = BackendSession.class, in = "expect", says = "without opening it")
    final void whoExpectsADeviceLeavesItToWhoHasIt() throws Exception {
        DeviceLimits elsewhere = learned();
        BackendSession owner = openWithDevice();
        BackendSession session = open();
        State before = State.of(session);
        List<String> open = leftOver();
        session.expect(elsewhere);
        assertThat(State.of(session)).isEqualTo(before);
        assertThat(leftOver()).as("open and mapped").isEqualTo(open);
        owner.detach(device());
        attach(owner);
    }

    @Rule(of = BackendSession.class, in = "expect", says = "What a guess cannot know is taken as it would be best.")
    final void noLessIsExpectedThanTheKernelLaterAllows() throws IommuException {
        BackendSession session = open();
        DeviceLimits expected = session.expect(learned());
        DeviceLimits found = session.preflight(device());
        assertThat(found.usable().minus(expected.usable())).as("usable, and not expected to be").isEmpty();
        assertThat(expected.alignment()).as("alignment").isLessThanOrEqualTo(found.alignment());
    }

    /** {@return what a session that is closed again has learned of the device} */
    private DeviceLimits learned() throws IommuException {
        BackendSession session = open();
        DeviceLimits limits = session.preflight(device());
        session.close();
        return limits;
    }

    @Rule(of = BackendSession.class, in = "preflight", says = "if there is no such device")
    final void anUnknownDeviceIsRefused() throws IommuException {
        BackendSession session = open();
        assertThat(refused(session, () -> session.preflight(NO_DEVICE))).hasMessageContaining(NO_DEVICE);
        refused(session, () -> session.preflight(""));
    }

    @Rule(of = BackendSession.class, in = "release", says = "A device that is not open is ignored.")
    final void whatIsNotOpenIsReleasedWithoutAWord() throws IommuException {
        BackendSession session = open();
        session.release(device());
        session.preflight(device());
        session.release(device());
        session.release(device());
        session.release(NO_DEVICE);
    }

    @Rule(of = BackendSession.class, in = "release", says = "Gives up a device that was learned about")
    final void aReleasedDeviceIsThereForOthers() throws IommuException {
        BackendSession session = open();
        session.preflight(device());
        session.release(device());
        BackendSession other = open();
        assertThatCode(() -> attach(other)).doesNotThrowAnyException();
        other.close();
        session.preflight(device());
    }

    @Rule(of = BackendSession.class, in = "attach", says = "Lets a device that was learned about into")
    final void aDeviceOfWhichNothingIsKnownIsRefused() throws IommuException {
        BackendSession session = open();
        refused(session, () -> session.attach(device()));
        refused(session, () -> session.attach(NO_DEVICE));
        DeviceHandle handle = attach(session);
        assertThat(handle.device().address()).isEqualTo(device());
    }

    @Rule(of = BackendSession.class, in = "attach", says = "the device stays open, outside")
    final void aDeviceThatIsRefusedCanBeAttachedOnceTheCauseIsGone() throws IommuException {
        BackendSession session = open();
        attach(session);
        AddressRange hole = hole(session);
        session.detach(device());
        assumeTrue(session.usable().contains(hole), "the addresses cannot be mapped without the device either");
        Mapping window = memory(hole);
        session.map(window);
        session.preflight(device());
        refused(session, () -> session.attach(device()));
        session.unmap(window);
        session.attach(device());
    }

    @Rule(of = BackendSession.class, in = "detach", says = "if the device is not attached")
    final void whatIsNotAttachedIsNotDetached() throws IommuException {
        BackendSession session = open();
        refused(session, () -> session.detach(device()));
        session.preflight(device());
        refused(session, () -> session.detach(device()));
        session.attach(device());
        session.detach(device());
        refused(session, () -> session.detach(device()));
    }

    @Rule(of = BackendSession.class, in = "detach", says = "Takes a device out of this address space and closes it.")
    final void aDetachedDeviceIsThereForOthers() throws IommuException {
        BackendSession session = openWithDevice();
        session.detach(device());
        BackendSession other = open();
        assertThatCode(() -> attach(other)).doesNotThrowAnyException();
    }

    @Rule(of = BackendSession.class, in = "usable", says = "with the devices attached now that are not apart")
    final void whatADeviceForbadeCanBeMappedWhenItHasGone() throws IommuException {
        BackendSession session = open();
        RangeSet before = session.usable();
        attach(session);
        RangeSet forbidden = before.minus(session.usable());
        session.detach(device());
        assertThat(session.usable()).isEqualTo(before);
        for (AddressRange range : forbidden) {
            assertFree(session, AddressRange.ofSize(range.start(), page(session)));
        }
    }

    @Rule(of = DeviceHandle.class, says = "It ends when the session detaches the device.")
    final void theHandleOfADetachedDeviceAnswersNoMore() throws IommuException {
        BackendSession session = open();
        DeviceHandle handle = attach(session);
        session.detach(device());
        try (Arena arena = Arena.ofShared()) {
            refused(() -> handle.read(0, 0, arena.allocate(4)));
        }
    }

    @Rule(of = DeviceHandle.class, in = "read", says = "if the region or the offset does not exist")
    final void aRegionThatIsNotThereIsToldAsSuch() throws IommuException {
        DeviceHandle handle = attach(open());
        try (Arena arena = Arena.ofShared()) {
            refused(() -> handle.read(4711, 0, arena.allocate(4)));
            refused(() -> handle.write(4711, 0, arena.allocate(4)));
        }
    }

    @Rule(of = BackendSession.class, in = "separate", says = "only if BackendCapabilities.oneSpaceOnly is empty")
    final void whereThereIsOneSpaceNoDeviceIsApart() throws IommuException {
        BackendSession session = openWithDevice();
        String oneSpaceOnly = session.capabilities().oneSpaceOnly();
        assumeTrue(!oneSpaceOnly.isEmpty(), "devices can be set apart");
        assertThat(refused(session, () -> session.separate(device(), List.of()))).hasMessageContaining(oneSpaceOnly);
    }

    @Rule(of = BackendSession.class, in = "separate", says = "that of a device that is apart already changes nothing")
    final void settingApartTwiceIsSettingApart() throws IommuException {
        BackendSession session = openWithDevice();
        assumeTrue(session.capabilities().oneSpaceOnly().isEmpty(), session.capabilities().oneSpaceOnly());
        Mapping mapping = memory(room(session, 2));
        session.map(mapping);
        session.separate(device(), List.of(mapping));
        State apart = State.of(session);
        session.separate(device(), List.of(mapping));
        assertThat(State.of(session)).isEqualTo(apart);
        session.join(device());
    }

    @Rule(
            of = BackendSession.class,
            in = "separate",
            says = "What it forbids does not keep anything out here any more.")
    final void whatADeviceThatIsApartForbidsCanBeMapped() throws IommuException {
        BackendSession session = openWithDevice();
        assumeTrue(session.capabilities().oneSpaceOnly().isEmpty(), session.capabilities().oneSpaceOnly());
        AddressRange hole = hole(session);
        session.separate(device(), List.of());
        Mapping window = memory(hole);
        session.map(window);
        refused(session, () -> session.join(device()));
        session.unmap(window);
        session.join(device());
        assertThat(session.usable().contains(hole)).isFalse();
    }

    @Rule(of = BackendSession.class, in = "join", says = "that of a device that is not apart is ignored")
    final void whatIsNotApartIsNotTakenBack() throws IommuException {
        BackendSession session = openWithDevice();
        State before = State.of(session);
        session.join(device());
        assertThat(State.of(session)).isEqualTo(before);
    }

    final boolean isListed(List<HostDevice> devices) {
        return devices.stream().anyMatch(known -> known.address().equals(device()));
    }
}
