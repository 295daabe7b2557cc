package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Ledger;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.IommuBackend;

/** What the rules of a backend are tried on, and the words in which they are written. */
@Contract
abstract class BackendFixture {

    /** What a method that throws must leave as it was. */
    record State(long mappings, long mappedBytes, long pinnedBytes, RangeSet usable) {

        static State of(BackendSession session) throws IommuException {
            Ledger ledger = session.ledger();
            return new State(ledger.mappings(), ledger.mappedBytes(), ledger.pinnedBytes(), session.usable());
        }
    }

    private final List<BackendSession> opened = new ArrayList<>();

    /**
     * The backend on a host that no other test has changed. Asked several times by one test.
     *
     * @return the same backend each time
     */
    protected abstract IommuBackend backend();

    /**
     * A newer version of the backend on the same host.
     *
     * @return what is to adopt sessions of {@link #backend}; by default it is the backend itself
     */
    protected IommuBackend successor() {
        return backend();
    }

    /** {@return the address of a device that the backend can attach} */
    protected abstract String device();

    /**
     * New memory that a device may read and write.
     *
     * @param range the IO virtual addresses at which it is to be mapped, some pages
     * @return the mapping, by a route that the backend offers
     */
    protected abstract Mapping memory(AddressRange range);

    /**
     * What is left of the sessions when all of them are closed, such as open files and pinned memory.
     *
     * @return it in words; by default nothing is known to be
     * @throws Exception if it cannot be found out
     */
    protected List<String> leftOver() throws Exception {
        return List.of();
    }

    final BackendSession open() throws IommuException {
        return keep(backend().open("testkit"));
    }

    final BackendSession keep(BackendSession session) {
        opened.add(session);
        return session;
    }

    /** {@return a session with the device in it} */
    final BackendSession openWithDevice() throws IommuException {
        BackendSession session = open();
        attach(session);
        return session;
    }

    final DeviceHandle attach(BackendSession session) throws IommuException {
        session.preflight(device());
        return session.attach(device());
    }

    @AfterEach
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    final void nothingIsLeft() {
        Throwable broken = catchThrowable(() -> {
            for (BackendSession session : opened) {
                session.close();
            }
            assertThat(leftOver()).as("left after close").isEmpty();
        });
        if (broken != null) {
            throw new BrokenRuleError(
                    RuleNames.quote(
                            BackendSession.class,
                            "close",
                            "Detaches and closes every device, removes every mapping, gives the address space back."),
                    broken);
        }
    }

    /** {@return the first addresses that a session can map, so many pages} */
    static AddressRange room(BackendSession session, int pages) throws IommuException {
        long bytes = pages * page(session);
        for (AddressRange range : session.usable()) {
            Optional<AddressRange> trimmed = range.trimTo(page(session));
            if (trimmed.isPresent()
                    && Long.compareUnsigned(trimmed.get().last() - trimmed.get().start(), bytes - 1) >= 0) {
                return AddressRange.ofSize(trimmed.get().start(), bytes);
            }
        }
        throw new AssertionError("no room for %d pages in %s".formatted(pages, session.usable()));
    }

    static long page(BackendSession session) {
        return session.capabilities().pageSize();
    }

    /** {@return some pages of a range} */
    static AddressRange pages(BackendSession session, AddressRange range, int first, int count) {
        return AddressRange.ofSize(range.start() + first * page(session), count * page(session));
    }

    /** Something throws in words that a person can act on, and changes nothing. */
    static IommuException refused(BackendSession session, ThrowingCallable change) throws IommuException {
        State before = State.of(session);
        IommuException told = refused(change);
        assertThat(State.of(session)).as("the session after '%s'", told.getMessage()).isEqualTo(before);
        return told;
    }

    static IommuException refused(ThrowingCallable change) {
        Throwable thrown = catchThrowable(change);
        assertThat(thrown).isInstanceOf(IommuException.class);
        IommuException told = (IommuException) thrown;
        assertThat(told.operation()).as("what was tried").isNotBlank();
        assertThat(told.why()).as("the cause in words").isNotBlank();
        return told;
    }

    /** Nothing of a range is mapped: all of it can be. */
    final void assertFree(BackendSession session, AddressRange range) throws IommuException {
        Mapping probe = memory(range);
        assertThat(catchThrowable(() -> session.map(probe))).as("mapping %s, which is free", range).isNull();
        session.unmap(probe);
    }

    /** Every page of a range is mapped: none can be once more. */
    final void assertTaken(BackendSession session, AddressRange range) {
        for (long at = range.start(); range.contains(at); at += page(session)) {
            Mapping probe = memory(AddressRange.ofSize(at, page(session)));
            assertThat(catchThrowable(() -> session.map(probe)))
                    .as("mapping %s, where something is mapped", probe.range())
                    .isInstanceOf(IommuException.class);
        }
    }
}
