package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.HandOver.KernelLink;
import org.pinion.spi.backend.HandOver.OpenFile;
import org.pinion.spi.backend.IommuBackend;

/** The rules of a session that goes on in another bundle. */
abstract class HandOverRules extends MappingRules {

    private static final int NO_VERSION = -4711;

    @Rule(of = IommuBackend.class, in = "adopt", says = "what is mapped, pinned and attached stays so")
    final void theBackendItselfGoesOn() throws Exception {
        goesOn(backend());
    }

    @Rule(of = IommuBackend.class, in = "adopt", says = "what is mapped, pinned and attached stays so")
    final void aNewerVersionGoesOn() throws Exception {
        goesOn(successor());
    }

    private void goesOn(IommuBackend next) throws Exception {
        BackendSession before = openWithDevice();
        AddressRange room = room(before, 4);
        Mapping low = memory(pages(before, room, 0, 2));
        before.map(low);
        State state = State.of(before);
        BackendCapabilities capabilities = before.capabilities();
        boolean pins = before.pins(device());
        BackendSession after = swap(before, next);
        before.close();
        assertThat(State.of(after)).isEqualTo(state);
        assertThat(after.capabilities()).isEqualTo(capabilities);
        assertThat(after.pins(device())).as("pins for the device").isEqualTo(pins);
        assertThat(after.attached(device()).device().address()).isEqualTo(device());
        assertTaken(after, low.range());
        assertFree(after, pages(after, room, 2, 2));
        after.unmap(low);
        after.detach(device());
        refused(() -> after.attached(device()));
    }

    /** The session of the next backend; what is open, and pinned, is the same all the while. */
    private BackendSession swap(BackendSession before, IommuBackend next) throws Exception {
        List<String> open = leftOver();
        HandOver record = handOver(before, next);
        assertThat(leftOver()).as("open while nobody has it").containsExactlyInAnyOrderElementsOf(open);
        BackendSession after = keep(next.adopt("testkit", record));
        assertThat(leftOver()).as("open once it is adopted").containsExactlyInAnyOrderElementsOf(open);
        return after;
    }

    @Rule(of = BackendSession.class, in = "handOver", says = "one that was adopted before")
    final void whatWasAdoptedIsHandedOverAgain() throws Exception {
        BackendSession first = openWithDevice();
        AddressRange room = room(first, 4);
        Mapping whole = memory(room);
        AddressRange kept = pages(first, room, 0, 2);
        first.map(whole);
        BackendSession second = swap(first, successor());
        second.cut(whole, List.of(kept));
        State state = State.of(second);
        BackendSession third = swap(second, backend());
        assertThat(State.of(third)).isEqualTo(state);
        third.unmap(whole.slice(kept));
        third.map(whole);
        third.detach(device());
    }

    @Rule(of = BackendSession.class, in = "handOver", says = "devices that are only learned about")
    final void aDeviceThatIsOnlyLearnedAboutIsHandedOverToo() throws Exception {
        BackendSession before = open();
        RangeSet usable = before.preflight(device()).usable();
        BackendSession after = swap(before, successor());
        assertThat(after.attach(device()).device().address()).isEqualTo(device());
        assertThat(after.usable()).isEqualTo(usable);
        after.detach(device());
    }

    @Rule(
            of = BackendSession.class,
            in = "startDirtyTracking",
            says = "Tracking goes on through everything that is done to the session")
    final void trackingGoesOnInTheNextOne() throws Exception {
        BackendSession before = openWithDevice();
        AddressRange room = room(before, 2);
        before.map(memory(room));
        started(before);
        BackendSession after = swap(before, successor());
        assertThat(after.takeDirty(room)).allMatch(room::contains);
        after.stopDirtyTracking();
    }

    private static HandOver handOver(BackendSession session, IommuBackend next) throws IommuException {
        Optional<Integer> version =
                session.handsOver().stream().filter(next.adopts()::contains).findFirst();
        assumeTrue(version.isPresent(), "the backend adopts nothing that its sessions hand over");
        HandOver handOver = session.handOver(version.get());
        assertThat(handOver.version()).isEqualTo(version.get());
        return handOver;
    }

    @Rule(of = BackendSession.class, in = "handOver", says = "the session has let go of nothing")
    final void aVersionThatNobodyNamedIsRefusedAndTheSessionGoesOn() throws IommuException {
        BackendSession session = openWithDevice();
        Mapping mapping = memory(room(session, 1));
        session.map(mapping);
        refused(session, () -> session.handOver(NO_VERSION));
        session.unmap(mapping);
        session.detach(device());
    }

    @Rule(of = IommuBackend.class, in = "adopt", says = "its kernel first")
    final void descriptorsOfAnotherKernelAreRefused() throws IommuException {
        BackendSession before = openWithDevice();
        HandOver good = handOver(before, successor());
        KernelLink other = new KernelLink(new Object(), good.kernel().close(), good.kernel().unmap());
        HandOver strange = new HandOver(good.version(), other, good.memory(), good.files(), good.particulars());
        refused(() -> successor().adopt("testkit", strange));
        keep(successor().adopt("testkit", good)).detach(device());
    }

    @Rule(of = HandOver.class, says = "who adopts knows it or refuses")
    final void aVersionThatIsNotKnownIsRefused() throws IommuException {
        BackendSession before = openWithDevice();
        HandOver good = handOver(before, successor());
        HandOver newer = new HandOver(NO_VERSION, good.kernel(), good.memory(), good.files(), good.particulars());
        refused(() -> successor().adopt("testkit", newer));
        keep(successor().adopt("testkit", good)).detach(device());
    }

    @Rule(of = IommuBackend.class, in = "adopt", says = "the record is still good, and nothing in it was changed")
    final void aRecordThatLacksAFileIsRefusedAndTheWholeOneIsStillGood() throws IommuException {
        BackendSession before = openWithDevice();
        HandOver good = handOver(before, successor());
        assumeTrue(!good.files().isEmpty(), "the record needs no files");
        try {
            for (OpenFile file : good.files()) {
                assertThat(refused(() -> successor().adopt("testkit", without(file, good))))
                        .as("a record without %s", file.name())
                        .hasMessageContaining(file.name());
            }
        } finally {
            keep(successor().adopt("testkit", good)).detach(device());
        }
    }

    private static HandOver without(OpenFile lost, HandOver good) {
        List<OpenFile> rest = good.files().stream().filter(file -> !file.equals(lost)).toList();
        return new HandOver(good.version(), good.kernel(), good.memory(), rest, good.particulars());
    }

    @Rule(of = HandOver.class, in = "giveBack", says = "Gives everything back to the kernel without a backend")
    final void whatNobodyAdoptsIsGivenBackWithoutABackend() throws IommuException {
        BackendSession before = openWithDevice();
        before.map(memory(room(before, 2)));
        handOver(before, successor()).giveBack("close 'testkit'");
        BackendSession other = open();
        attach(other);
        assertThat(other.ledger().mappings()).isZero();
    }
}
