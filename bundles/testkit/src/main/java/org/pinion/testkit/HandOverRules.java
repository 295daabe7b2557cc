package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.HandOver;
import org.pinion.spi.backend.HandOver.KernelLink;
import org.pinion.spi.backend.IommuBackend;

/** The rules of a session that goes on in another bundle. */
abstract class HandOverRules extends MappingRules {

    private static final int NO_VERSION = -4711;

    @Rule(of = IommuBackend.class, in = "adopt", says = "what is mapped, pinned and attached stays so")
    final void theBackendItselfGoesOn() throws IommuException {
        goesOn(backend());
    }

    @Rule(of = IommuBackend.class, in = "adopt", says = "what is mapped, pinned and attached stays so")
    final void aNewerVersionGoesOn() throws IommuException {
        goesOn(successor());
    }

    private void goesOn(IommuBackend next) throws IommuException {
        BackendSession before = openWithDevice();
        AddressRange room = room(before, 4);
        Mapping low = memory(pages(before, room, 0, 2));
        before.map(low);
        State state = State.of(before);
        BackendCapabilities capabilities = before.capabilities();
        BackendSession after = keep(next.adopt("testkit", handOver(before, next)));
        before.close();
        assertThat(State.of(after)).isEqualTo(state);
        assertThat(after.capabilities()).isEqualTo(capabilities);
        assertThat(after.attached(device()).device().address()).isEqualTo(device());
        assertTaken(after, low.range());
        assertFree(after, pages(after, room, 2, 2));
        after.unmap(low);
        after.detach(device());
        refused(() -> after.attached(device()));
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
    final void aRecordWithoutItsFilesIsRefusedAndTheWholeOneIsStillGood() throws IommuException {
        BackendSession before = openWithDevice();
        HandOver good = handOver(before, successor());
        assumeTrue(!good.files().isEmpty(), "the record needs no files");
        HandOver torn = new HandOver(good.version(), good.kernel(), good.memory(), List.of(), good.particulars());
        try {
            refused(() -> successor().adopt("testkit", torn));
        } finally {
            keep(successor().adopt("testkit", good)).detach(device());
        }
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
