package org.pinion.device;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The interrupts that a device is allowed, by their kind. */
final class AllowedInterrupts {

    private static final Logger LOG = LoggerFactory.getLogger(AllowedInterrupts.class);

    private final Map<Integer, Interrupts> allowed = new ConcurrentHashMap<>();

    /** The kernel would give those that are allowed new eventfds, and their owner would wait for ever. */
    synchronized Interrupts allow(Kernel kernel, VfioDevice device, int kind, int count) throws ErrnoException {
        int answer = allowed.containsKey(kind) ? Errno.EINVAL.answer() : 0;
        device.check("enable interrupts " + kind + ", which are enabled already,", answer);
        Interrupts interrupts = Interrupts.enable(kernel, device, kind, count);
        allowed.put(kind, interrupts);
        return interrupts;
    }

    void goOnWith(Interrupts interrupts) {
        allowed.put(interrupts.kind(), interrupts);
    }

    Map<Integer, List<Integer>> eventfds() {
        return allowed.values().stream().collect(Collectors.toMap(Interrupts::kind, Interrupts::eventfds));
    }

    void remove(Interrupts interrupts) {
        allowed.values().remove(interrupts);
    }

    Optional<Interrupts> of(int kind) {
        return Optional.ofNullable(allowed.get(kind));
    }

    /** With its file the device loses its interrupts; the eventfds are left to be closed. */
    void forgetAll(String device) {
        for (Interrupts interrupts : allowed.values()) {
            interrupts.forget().ifPresent(failure ->
                    LOG.warn("after the close of {}: {}", device, failure.getMessage()));
        }
        allowed.clear();
    }
}
