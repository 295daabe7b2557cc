package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.spi.backend.Availability;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.IommuBackend;

/**
 * What every backend must keep. A subclass says which backend, which device and what memory; each test is about a
 * session of its own. What a backend does not offer, such as a hand-over, is shown as skipped.
 */
public abstract class BackendContract extends HandOverRules {

    private static final int THREADS = 4;
    private static final int ROUNDS = 50;

    /** Made by a subclass. */
    protected BackendContract() {}

    @Rule(of = IommuBackend.class, in = "probe", says = "Cheap, and leaves no trace.")
    final void probingLeavesNoTrace() throws Exception {
        List<String> before = leftOver();
        Availability answer = backend().probe();
        assertThat(answer.available()).as(answer.detail()).isTrue();
        assertThat(answer.detail()).as("the reason in words").isNotBlank();
        assertThat(leftOver()).isEqualTo(before);
    }

    @Rule(of = IommuBackend.class, in = "devices", says = "The devices the backend could attach.")
    final void theDeviceIsListedAndStaysClosed() throws Exception {
        List<String> before = leftOver();
        assertThat(isListed(backend().devices())).as("%s is listed", device()).isTrue();
        assertThat(leftOver()).isEqualTo(before);
    }

    @Rule(of = IommuBackend.class, in = "open", says = "Opens an empty IO address space.")
    final void aNewSessionIsEmpty() throws IommuException {
        assertThat(open().ledger()).extracting(Ledger::mappings, Ledger::mappedBytes).containsExactly(0L, 0L);
    }

    @Rule(of = BackendSession.class, says = "One IO address space of the kernel")
    final void sessionsHaveNothingInCommon() throws IommuException {
        BackendSession one = open();
        BackendSession two = open();
        AddressRange room = room(one, 2);
        Mapping mapping = memory(room);
        one.map(mapping);
        assertThat(two.ledger().mappings()).isZero();
        two.map(mapping);
        one.unmap(mapping);
        assertTaken(two, room);
        two.unmap(mapping);
    }

    @Rule(of = BackendSession.class, in = "capabilities", says = "the same answer for its whole life")
    final void whatASessionCanDoNeverChanges() throws IommuException {
        BackendSession session = open();
        BackendCapabilities first = session.capabilities();
        attach(session);
        Mapping mapping = memory(room(session, 1));
        session.map(mapping);
        assertThat(session.capabilities()).isEqualTo(first);
        session.unmap(mapping);
        session.detach(device());
        assertThat(session.capabilities()).isEqualTo(first);
    }

    @Rule(of = BackendCapabilities.class, says = "why a route is missing, a sentence for people")
    final void aRouteThatIsMissingHasAReason() throws IommuException {
        BackendCapabilities can = open().capabilities();
        assertThat(Long.bitCount(can.pageSize())).as("page size is a power of two").isEqualTo(1);
        assertThat(can.routes()).contains(memory(AddressRange.ofSize(0, can.pageSize())).route());
        if (!can.routes().containsAll(EnumSet.allOf(Route.class))) {
            assertThat(can.missingRoutes()).isNotBlank();
        }
    }

    @Rule(of = BackendSession.class, in = "close", says = "Closing twice does nothing.")
    final void closingTwiceDoesNothing() throws Exception {
        BackendSession session = openWithDevice();
        session.map(memory(room(session, 1)));
        session.close();
        session.close();
        assertThat(leftOver()).isEmpty();
    }

    @Rule(of = BackendSession.class, in = "close", says = "Detaches and closes every device, removes every mapping")
    final void afterClosingTheDeviceIsThereForOthers() throws IommuException {
        BackendSession session = openWithDevice();
        session.map(memory(room(session, 2)));
        session.close();
        BackendSession other = openWithDevice();
        assertThat(other.ledger().mappings()).isZero();
        assertFree(other, room(other, 2));
    }

    @Rule(of = BackendSession.class, in = "close", says = "Detaches and closes every device, removes every mapping")
    final void aDeviceThatIsOnlyLearnedAboutIsClosedToo() throws IommuException {
        BackendSession session = open();
        session.preflight(device());
        session.close();
        openWithDevice();
    }

    @Rule(of = IommuBackend.class, says = "Methods may be called from any thread, at any time")
    final void sessionsAreUsedByThreadsOfTheirOwn() throws Exception {
        List<Mapping> mappings = new ArrayList<>();
        AddressRange room = room(open(), 1);
        for (int thread = 0; thread < THREADS; thread++) {
            mappings.add(memory(room));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Callable<Long>> lives = mappings.stream().<Callable<Long>>map(mapping -> () -> live(mapping)).toList();
            for (Future<Long> life : threads.invokeAll(lives)) {
                assertThat(result(life)).as("mappings in the end").isEqualTo(1);
            }
        }
    }

    private static Long result(Future<Long> life) throws InterruptedException {
        try {
            return life.get();
        } catch (ExecutionException failure) {
            throw new AssertionError("a session among others: " + failure.getCause(), failure.getCause());
        }
    }

    /** Opens, maps and unmaps, while others do the same. */
    private Long live(Mapping mapping) throws IommuException {
        backend().probe();
        try (BackendSession session = backend().open("thread")) {
            for (int round = 0; round < ROUNDS; round++) {
                session.map(mapping);
                session.unmap(mapping);
            }
            session.map(mapping);
            return session.ledger().mappings();
        }
    }
}
