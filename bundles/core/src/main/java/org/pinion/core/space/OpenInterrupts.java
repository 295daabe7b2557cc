package org.pinion.core.space;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.pinion.api.DeviceInterrupts;
import org.pinion.api.InterruptKind;
import org.pinion.api.IommuException;

/**
 * Interrupts as a driver sees them. It waits for them in short spans, so that a device whose driver waits for an
 * interrupt that never comes can be detached, and the interrupts closed.
 */
final class OpenInterrupts implements DeviceInterrupts {

    private static final Duration SPAN = Duration.ofMillis(50);
    private static final Duration LONGEST_SPAN = Duration.ofSeconds(5);

    private final OpenDevice device;
    private final InterruptKind kind;
    private final int count;
    private final Semaphore uses = new Semaphore(Integer.MAX_VALUE);
    private volatile boolean closed;

    private interface Use<T> {
        T run() throws IommuException;
    }

    OpenInterrupts(OpenDevice device, InterruptKind kind, int count) {
        this.device = device;
        this.kind = kind;
        this.count = count;
    }

    @Override
    public InterruptKind kind() {
        return kind;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public long await(int number, Duration longest) throws IommuException {
        Objects.checkIndex(number, count);
        long start = System.nanoTime();
        Duration left = longest;
        do {
            Duration span = left.compareTo(SPAN) < 0 ? left : SPAN;
            long came = use("wait for", () -> device.await(kind, number, span));
            if (came != 0) {
                return came;
            }
            requireNotInterrupted();
            left = longest.minusNanos(System.nanoTime() - start);
        } while (left.isPositive());
        return 0;
    }

    private void requireNotInterrupted() throws IommuException {
        if (Thread.currentThread().isInterrupted()) {
            throw new IommuException(operation("wait for"), "the thread was interrupted", "");
        }
    }

    @Override
    public void unmask(int number) throws IommuException {
        Objects.checkIndex(number, count);
        use("unmask", () -> {
            device.unmask(kind, number);
            return null;
        });
    }

    /** With a device that is not attached any more its interrupts have gone. */
    @Override
    public void close() throws IommuException {
        if (closed) {
            return;
        }
        closed = true;
        awaitUses();
        device.holdings().closed(this);
        device.forbid(kind);
    }

    private void awaitUses() throws IommuException {
        boolean interrupted = Thread.interrupted();
        try {
            if (!uses.tryAcquire(Integer.MAX_VALUE, LONGEST_SPAN.toMillis(), TimeUnit.MILLISECONDS)) {
                closed = false;
                throw new IommuException(operation("close"), "the backend does not end a wait for one", "try again");
            }
        } catch (InterruptedException _) {
            closed = false;
            interrupted = true;
            throw new IommuException(operation("close"), "the thread was interrupted", "try again");
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T> T use(String verb, Use<T> use) throws IommuException {
        if (closed || !uses.tryAcquire()) {
            throw new IommuException(operation(verb), "they were closed", "allow them again");
        }
        try {
            return use.run();
        } finally {
            uses.release();
        }
    }

    private String operation(String verb) {
        return "%s %s interrupts of %s".formatted(verb, kind, device.device().address());
    }
}
