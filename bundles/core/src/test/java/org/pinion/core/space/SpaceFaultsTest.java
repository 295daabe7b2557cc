package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.rom;
import static org.pinion.core.space.SpaceFixture.view;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.api.FlatView;
import org.pinion.api.HostDevice;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.SpaceSnapshot;
import org.pinion.api.SpaceSnapshot.State;
import org.pinion.core.space.FakeKernel.Fault;
import org.pinion.core.table.Differ;
import org.pinion.core.table.Mappings;

/** Whichever call of a backend fails, and however: the space is the old one, the new one, or says what is missing. */
class SpaceFaultsTest {

    /** Unmaps one entry, cuts one in two, leaves one, and maps two. */
    private static final FlatView OLD = view(ram(pages(0, 8)), rom(pages(16, 2)), rom(pages(32, 2)));

    private static final FlatView NEW =
            view(ram(pages(0, 2)), ram(pages(6, 2)), rom(pages(32, 2)), ram(pages(40, 1)), rom(pages(50, 1)));

    private static final int MOST_CALLS = 12;

    private enum Operation {
        COMMIT {
            @Override
            void run(Space space) throws IommuException {
                space.commit(NEW);
            }
        },
        ATTACH {
            @Override
            void run(Space space) throws IommuException {
                space.attach("d1");
            }
        },
        DETACH {
            @Override
            void run(Space space) throws IommuException {
                space.detach("d0");
            }
        };

        abstract void run(Space space) throws IommuException;
    }

    static Stream<Arguments> everyCallOfEveryOperation() {
        return Stream.of(Operation.values())
                .flatMap(operation -> Stream.of(Fault.values()).flatMap(fault -> IntStream.range(0, MOST_CALLS)
                        .mapToObj(call -> Arguments.of(operation, fault, call))));
    }

    private static SpaceFixture prepared() throws IommuException {
        SpaceFixture fixture = new SpaceFixture(device("d0", 4096, pages(33, 1)), device("d1", 4096, pages(17, 1)));
        fixture.space.attach("d0");
        fixture.space.commit(OLD);
        return fixture;
    }

    private static boolean fails(Operation operation, Space space) {
        try {
            operation.run(space);
            return false;
        } catch (IommuException failure) {
            return true;
        }
    }

    @ParameterizedTest
    @MethodSource("everyCallOfEveryOperation")
    void oneFailingCallGivesTheOldOrTheNewState(Operation operation, Fault fault, int call) throws IommuException {
        SpaceFixture fixture = prepared();
        SpaceSnapshot before = fixture.space.snapshot();
        fixture.kernel.fail(fault, call, call + 1);

        boolean failed = fails(operation, fixture.space);

        boolean gone = operation == Operation.DETACH && fixture.space.snapshot().devices().isEmpty();
        if (failed && !gone) {
            assertThat(fixture.space.snapshot().plan()).isSameAs(before.plan());
        }
        assertThatTheSnapshotIsTrue(fixture, operation);
        assertHeals(fixture);
    }

    @ParameterizedTest
    @MethodSource("everyCallOfEveryOperation")
    void ifAllCallsFailFromOneOnTheMissingMappingsAreListed(Operation operation, Fault fault, int call)
            throws IommuException {
        SpaceFixture fixture = prepared();
        fixture.kernel.fail(fault, call, Integer.MAX_VALUE);

        fails(operation, fixture.space);

        assertThatSnapshotListsWhatIsMissing(fixture);
        fixture.kernel.heal();
        assertHeals(fixture);
    }

    @Test
    void theSweepReachesBeyondTheLastCallOfEveryOperation() throws IommuException {
        for (Operation operation : Operation.values()) {
            SpaceFixture fixture = prepared();
            fixture.kernel.fail(Fault.REFUSED, MOST_CALLS - 1, Integer.MAX_VALUE);
            assertThat(fails(operation, fixture.space)).as("%s", operation).isFalse();
        }
    }

    @Test
    void aRefusedMapIsRolledBackWithoutTouchingWhatStays() throws IommuException {
        SpaceFixture fixture = prepared();
        fixture.kernel.fail(Fault.REFUSED, 5, 6);

        assertThat(fails(Operation.COMMIT, fixture.space)).isTrue();

        assertThat(fixture.kernel.calls())
                .containsExactly(
                        "unmap " + pages(16, 2),
                        "unmap " + pages(0, 8),
                        "map " + pages(0, 2),
                        "map " + pages(6, 2),
                        "map " + pages(40, 1),
                        "map " + pages(50, 1),
                        "unmap " + pages(40, 1),
                        "map " + pages(2, 4),
                        "map " + pages(16, 2));
        assertThat(fixture.space.snapshot().state()).isEqualTo(State.ACTIVE);
    }

    @Test
    void aDegradedSpaceNamesWhatIsMissingAndHowToHealIt() throws IommuException {
        SpaceFixture fixture = prepared();
        fixture.kernel.fail(Fault.REFUSED, 4, Integer.MAX_VALUE);

        IommuException failure = catchThrowableOfType(
                IommuException.class, () -> fixture.space.commit(NEW));

        assertThat(failure)
                .hasMessageContaining("told to fail")
                .hasMessageContaining("not mapped are: 0x2000-0x5fff, 0x10000-0x11fff")
                .hasMessageContaining("commit again");
        assertThat(fixture.space.snapshot().missing())
                .extracting(Mapping::range)
                .containsExactly(pages(2, 4), pages(16, 2));
        assertThat(fixture.events).last().asString().startsWith("DEGRADED");
        assertThat(fixture.space.why(0x2000).sentences())
                .anySatisfy(sentence -> assertThat(sentence).contains("the next successful commit maps it"));
    }

    @Test
    void whatCouldNotBeRemovedIsSaidToBeReachableStill() throws IommuException {
        SpaceFixture fixture = prepared();
        fixture.kernel.fail(Fault.REFUSED, 5, 7);

        IommuException failure = catchThrowableOfType(IommuException.class, () -> fixture.space.commit(NEW));

        assertThat(failure).hasMessageContaining("the space is degraded: may still be mapped: " + pages(40, 1));
        assertThat(fixture.space.snapshot().state()).isEqualTo(State.DEGRADED);
        assertThat(fixture.space.why(pages(40, 1).start()).sentences().getFirst())
                .startsWith("a device may still reach 0x28000: removing the mapping of " + pages(40, 1) + " failed");
        fixture.kernel.heal();
        fixture.space.commit(NEW);
        assertThat(fixture.space.why(pages(40, 1).start()).sentences().getFirst()).startsWith("a device reaches");
    }

    /** What the snapshot says is what the kernel holds, and what is missing is said. */
    private static void assertThatTheSnapshotIsTrue(SpaceFixture fixture, Operation operation) {
        SpaceSnapshot now = fixture.space.snapshot();
        assertThat(Mappings.joined(fixture.kernel.entries())).isEqualTo(now.table());
        List<String> devices = now.devices().stream().map(HostDevice::address).toList();
        assertThat(devices).containsAll(fixture.kernel.attached());
        if (operation != Operation.DETACH) {
            assertThat(fixture.kernel.attached()).containsAll(devices);
        }
        if (now.state() == State.ACTIVE) {
            assertThat(now.missing()).isEmpty();
            assertThat(now.table()).isEqualTo(Mappings.wantedBy(now.plan()));
        } else {
            assertThat(now.missing()).isNotEmpty();
        }
    }

    private static void assertThatSnapshotListsWhatIsMissing(SpaceFixture fixture) {
        SpaceSnapshot now = fixture.space.snapshot();
        List<Mapping> wanted = Mappings.wantedBy(now.plan());
        assertThat(now.missing()).isEqualTo(Differ.diff(now.table(), wanted, 4096).maps());
        if (now.state() == State.ACTIVE) {
            assertThat(now.table()).isEqualTo(wanted).isEqualTo(Mappings.joined(fixture.kernel.entries()));
        } else {
            assertThat(Differ.diff(fixture.kernel.entries(), now.table(), 4096).maps()).isEmpty();
        }
    }

    private static void assertHeals(SpaceFixture fixture) throws IommuException {
        fixture.kernel.heal();
        fixture.space.commit(NEW);
        SpaceSnapshot healed = fixture.space.snapshot();
        assertThat(healed.state()).isEqualTo(State.ACTIVE);
        assertThat(healed.missing()).isEmpty();
        assertThat(Mappings.joined(fixture.kernel.entries())).isEqualTo(healed.table());
        assertThat(healed.table()).isEqualTo(Mappings.wantedBy(healed.plan()));
    }

    @Test
    void aDeviceThatDoesNotLetItselfBeDetachedAgainMakesTheSpaceDegraded() throws IommuException {
        SpaceFixture fixture = new SpaceFixture(device("d0", 4096, pages(33, 1)));
        // Preflight and attach succeed; neither asking for the usable addresses nor detaching does.
        fixture.kernel.fail(Fault.REFUSED, 2, 4);

        IommuException failure =
                catchThrowableOfType(IommuException.class, () -> fixture.space.attach("d0"));

        assertThat(failure).hasMessageContaining("degraded: d0 did not let itself be detached again");
        assertThat(fixture.kernel.attached()).containsExactly("d0");
        assertThat(fixture.space.snapshot().state()).isEqualTo(State.DEGRADED);
        assertThat(fixture.space.snapshot().devices()).extracting(HostDevice::address).containsExactly("d0");
        fixture.space.commit(view(rom(pages(32, 2))));
        assertThat(fixture.space.snapshot().state()).isEqualTo(State.ACTIVE);
        assertThat(fixture.space.snapshot().table()).extracting(Mapping::range).containsExactly(pages(32, 1));
    }
}
