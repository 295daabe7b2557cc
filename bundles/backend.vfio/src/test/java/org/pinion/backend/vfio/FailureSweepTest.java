package org.pinion.backend.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.CutException;

/**
 * Fails each call to the kernel in turn, in a life of a session from its opening to its closing. After every step
 * the session says what it has, the kernel has just that or nothing yet, and in the end it has nothing.
 */
class FailureSweepTest {

    private static final AddressRange LOW = AddressRange.ofSize(0, 0x40000);
    private static final AddressRange MIDDLE = AddressRange.ofSize(0x40000, 0x40000);
    private static final AddressRange HIGH = AddressRange.ofSize(0x80000, 0x80000);

    private Machine machine;
    private BackendSession session;
    private final List<AddressRange> mapped = new ArrayList<>();
    private boolean attached;

    private interface Step {
        void run() throws IommuException;
    }

    @ParameterizedTest
    @CsvSource({
        "false, " + Machine.EDU, "false, " + Machine.MDEV, "true, " + Machine.EDU, "true, " + Machine.MDEV
    })
    void noFailureLeaksAndEveryStepIsDoneOrNotDone(boolean served, String device) throws IOException {
        int n = 1;
        while (failing(n, served, device)) {
            n++;
        }
        assertThat(n).isGreaterThan(40);
    }

    /** Runs the life with the n-th call failing, and says whether there was an n-th call. */
    private boolean failing(int n, boolean served, String device) throws IOException {
        machine = served ? Machine.served() : Machine.usual();
        session = null;
        mapped.clear();
        attached = false;
        Mapping whole = machine.ram(0, Machine.MIB);
        machine.watched.failIn(n);
        live(whole, device);
        close();
        String failed = machine.watched.failed();
        machine.watched.failIn(0);
        assertThat(machine.leaks()).as("after call %d, %s", n, failed).isEmpty();
        return !failed.isEmpty();
    }

    private void live(Mapping whole, String device) throws IOException {
        boolean all = step(() -> session = machine.backend.open("vm0"), () -> {})
                && step(() -> session.map(whole), () -> mapped.addAll(List.of(LOW, MIDDLE, HIGH)))
                && step(() -> session.preflight(device), () -> {})
                && step(() -> session.attach(device), () -> attached = true)
                && step(() -> session.usable(), () -> {})
                && step(() -> session.cut(whole, List.of(LOW, HIGH)), () -> mapped.remove(MIDDLE))
                && step(() -> session.map(whole.slice(MIDDLE)), () -> mapped.add(MIDDLE))
                && step(() -> session.detach(device), () -> attached = false)
                && step(() -> session.unmap(whole.slice(LOW)), () -> mapped.remove(LOW))
                && step(() -> session.preflight(device), () -> {})
                && step(() -> session.attach(device), () -> attached = true)
                && step(() -> session.unmap(whole.slice(HIGH)), () -> mapped.remove(HIGH))
                && step(() -> session.detach(device), () -> attached = false)
                && step(() -> session.preflight(device), () -> {})
                && step(() -> session.release(device), () -> {});
        assertThat(all || !machine.watched.failed().isEmpty()).isTrue();
    }

    /** Runs a step; the model follows if it succeeds. Either way the kernel must agree with the model. */
    private boolean step(Step step, Runnable then) throws IOException {
        try {
            step.run();
            then.run();
            assertKernelAgrees();
            return true;
        } catch (CutException failure) {
            mapped.clear();
            mapped.addAll(failure.left());
            assertThat(failure.getMessage()).isNotBlank();
        } catch (IommuException failure) {
            assertThat(failure.why()).isNotBlank();
        }
        assertKernelAgrees();
        return false;
    }

    private void assertKernelAgrees() throws IOException {
        if (session == null) {
            return;
        }
        String failed = machine.watched.failed();
        if (attached) {
            for (AddressRange range : List.of(LOW, MIDDLE, HIGH)) {
                assertThat(machine.watched.mapped(range))
                        .as("%s after %s", range, failed)
                        .isEqualTo(mapped.contains(range));
            }
        }
        long bytes = mapped.stream().mapToLong(AddressRange::size).sum();
        assertThat(session.ledger().mappedBytes()).as(failed).isEqualTo(bytes);
        assertThat(session.ledger().pinnedBytes()).as(failed).isEqualTo(machine.watched.pinned());
    }

    private void close() {
        if (session != null) {
            try {
                session.close();
            } catch (IommuException failure) {
                assertThat(failure.operation()).startsWith("close 'vm0': ");
            }
        }
    }
}
