package org.pinion.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;
import org.pinion.linux.uapi.Vfio;
import org.pinion.linux.uapi.VfioIrqSet;

/**
 * Interrupts of one kind that a device is allowed to raise, each counted by an eventfd ({@code
 * VFIO_DEVICE_SET_IRQS}). Any thread may wait; closing while somebody waits is not allowed. They go with the device at
 * the latest.
 */
public final class Interrupts implements AutoCloseable {

    private final Kernel kernel;
    private final VfioDevice device;
    private final int kind;
    private final List<Integer> eventfds = new ArrayList<>();
    private boolean closed;

    private Interrupts(Kernel kernel, VfioDevice device, int kind) {
        this.kernel = kernel;
        this.device = device;
        this.kind = kind;
    }

    static Interrupts enable(Kernel kernel, VfioDevice device, int kind, int count) throws ErrnoException {
        Interrupts interrupts = new Interrupts(kernel, device, kind);
        try {
            for (int i = 0; i < count; i++) {
                int answer = kernel.eventfd(0, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
                interrupts.eventfds.add(ErrnoException.check("eventfd", answer));
            }
            interrupts.trigger();
            return interrupts;
        } catch (ErrnoException failure) {
            interrupts.forget().ifPresent(failure::addSuppressed);
            throw failure;
        }
    }

    /** Interrupts that another object has allowed. */
    static Interrupts of(Kernel kernel, VfioDevice device, int kind, List<Integer> eventfds) {
        Interrupts interrupts = new Interrupts(kernel, device, kind);
        interrupts.eventfds.addAll(eventfds);
        return interrupts;
    }

    /**
     * Forbids all interrupts of a device, whoever has allowed them: for who goes on with a device of a process that has
     * ended, in which nobody waits for them any more.
     *
     * @param device the device, of which no object has interrupts
     * @throws ErrnoException if the kernel refuses
     */
    public static void forbidAll(VfioDevice device) throws ErrnoException {
        for (int kind = Vfio.PCI_INTX_IRQ; kind <= Vfio.PCI_REQ_IRQ; kind++) {
            forbid(device, kind);
        }
    }

    /** {@code EINVAL} and {@code ENOTTY} say that there are none of the kind, or none was allowed. */
    private static void forbid(VfioDevice device, int kind) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            int answer = device.ioctl(Vfio.DEVICE_SET_IRQS, none(arena, kind));
            boolean none = answer == Errno.EINVAL.answer() || answer == Errno.ENOTTY.answer();
            device.check("disable interrupts " + kind, none ? 0 : answer);
        }
    }

    private static VfioIrqSet none(Arena arena, int kind) {
        return VfioIrqSet.allocate(arena)
                .flags(Vfio.IRQ_SET_DATA_NONE | Vfio.IRQ_SET_ACTION_TRIGGER)
                .index(kind);
    }

    /** {@return the index of their kind} */
    int kind() {
        return kind;
    }

    List<Integer> eventfds() {
        return List.copyOf(eventfds);
    }

    private void trigger() throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioIrqSet set = VfioIrqSet.allocate(arena, eventfds.size() * Integer.BYTES)
                    .flags(Vfio.IRQ_SET_DATA_EVENTFD | Vfio.IRQ_SET_ACTION_TRIGGER)
                    .index(kind)
                    .count(eventfds.size());
            for (int i = 0; i < eventfds.size(); i++) {
                set.data().set(ValueLayout.JAVA_INT_UNALIGNED, (long) i * Integer.BYTES, eventfds.get(i));
            }
            String operation = "enable interrupts " + kind;
            int answer = device.ioctl(Vfio.DEVICE_SET_IRQS, set);
            device.check(operation, answer);
            // The kernel has enabled none, and tells how many it could.
            device.check(operation + ", of which the host has " + answer, answer == 0 ? 0 : Errno.ENOSPC.answer());
        }
    }

    /**
     * Waits for an interrupt.
     *
     * @param number which of them, from 0
     * @param longest how long to wait at most, to the millisecond; 0 does not wait
     * @return how often it came since it was asked about last; 0 if the time has passed, another thread was faster, or
     *     a signal came
     * @throws ErrnoException if the kernel does not tell
     * @throws IndexOutOfBoundsException if there is no such interrupt
     */
    public long await(int number, Duration longest) throws ErrnoException {
        int eventfd = eventfds.get(number);
        int millis = (int) Math.min(longest.toMillis(), Integer.MAX_VALUE);
        int ready = kernel.poll(eventfd, millis);
        if (ready == 0 || ready == Errno.EINTR.answer()) {
            return 0;
        }
        ErrnoException.check("wait for an interrupt", ready);
        return taken(eventfd);
    }

    private long taken(int eventfd) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            int answer = (int) kernel.read(eventfd, count);
            if (answer == Errno.EAGAIN.answer()) {
                return 0;
            }
            ErrnoException.check("count interrupts", answer);
            return count.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /**
     * Lets an interrupt come again that masked itself when it came; a driver calls it when the device has withdrawn
     * the cause.
     *
     * @param number which of them, from 0
     * @throws ErrnoException if the kernel refuses
     */
    public void unmask(int number) throws ErrnoException {
        set("unmask", Vfio.IRQ_SET_ACTION_UNMASK, number, 1);
    }

    private void set(String verb, int action, int start, int count) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            VfioIrqSet set = VfioIrqSet.allocate(arena)
                    .flags(Vfio.IRQ_SET_DATA_NONE | action)
                    .index(kind)
                    .start(start)
                    .count(count);
            device.check(verb + " interrupts " + kind, device.ioctl(Vfio.DEVICE_SET_IRQS, set));
        }
    }

    /**
     * Forbids the interrupts again. Closing twice does nothing.
     *
     * @throws ErrnoException if the kernel refuses; the eventfds are gone all the same
     */
    @Override
    public void close() throws ErrnoException {
        if (closed) {
            return;
        }
        try {
            set("disable", Vfio.IRQ_SET_ACTION_TRIGGER, 0, 0);
        } finally {
            forget();
            device.forget(this);
        }
    }

    /** Closes the eventfds alone, which is enough where the device is closed too. */
    Optional<ErrnoException> forget() {
        closed = true;
        Optional<ErrnoException> first = Optional.empty();
        for (int eventfd : eventfds) {
            try {
                ErrnoException.check("close an eventfd", kernel.close(eventfd));
            } catch (ErrnoException failure) {
                first = first.or(() -> Optional.of(failure));
            }
        }
        return first;
    }
}
