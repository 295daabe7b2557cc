package org.pinion.core.plugin;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.pinion.api.Mapping;
import org.pinion.core.space.BackendCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What backends' sessions and devices are being asked. The kernel may need minutes for it, on the thread of whoever
 * asked, so nobody ends such a call; everybody else is told of it instead of waiting without knowing for what.
 */
public final class CallsUnderWay implements BackendCalls {

    private static final Logger LOG = LoggerFactory.getLogger(CallsUnderWay.class);

    private final Set<Call> calls = ConcurrentHashMap.newKeySet();

    /** One call; equal to itself alone. */
    static final class Call {

        private final Plugin plugin;
        private final String space;
        private final String device;
        private final Method method;
        private final Object[] arguments;
        private final Thread caller = Thread.currentThread();
        private final long since = System.nanoTime();
        private volatile boolean told;

        /**
         * @param plugin who is asked
         * @param space for which space
         * @param device the device whose handle is asked; empty if the session is
         * @param method what it is asked
         * @param arguments about what; null if about nothing
         */
        Call(Plugin plugin, String space, String device, Method method, Object[] arguments) {
            this.plugin = plugin;
            this.space = space;
            this.device = device;
            this.method = method;
            this.arguments = arguments;
        }

        Plugin plugin() {
            return plugin;
        }

        long nanos() {
            return System.nanoTime() - since;
        }

        /** {@return whether it is told for the first time} */
        boolean tell() {
            boolean first = !told;
            told = true;
            return first;
        }

        /** {@return what is asked, for which space, and since when} */
        String what() {
            return "in '%s' of address space '%s' for %d ms"
                    .formatted(asked(), space, TimeUnit.NANOSECONDS.toMillis(nanos()));
        }

        private String asked() {
            if (!device.isEmpty()) {
                return method.getName() + " of " + device;
            }
            boolean telling = arguments != null && (arguments[0] instanceof Mapping || arguments[0] instanceof String);
            return telling ? method.getName() + " " + arguments[0] : method.getName();
        }

        @Override
        public String toString() {
            return plugin + " has been " + what();
        }
    }

    /** A call begins, on this thread. */
    Call begin(Call call) {
        calls.add(call);
        return call;
    }

    /** A call has ended. */
    void end(Call call) {
        calls.remove(call);
        if (call.told) {
            LOG.warn("{}, and has answered now", call);
        }
    }

    @Override
    public Optional<String> of(Thread caller) {
        return longest(call -> call.caller == caller).map(Call::toString);
    }

    @Override
    public Optional<String> ofDrivers(String device) {
        return longest(call -> call.device.equals(device)).map(Call::toString);
    }

    /** {@return what a backend has been asked for longest, if for longer than that; empty if nothing has} */
    Optional<String> of(Plugin backend, Duration atLeast) {
        return longest(call -> call.plugin.id() == backend.id() && call.nanos() > atLeast.toNanos()).map(Call::what);
    }

    /** {@return the calls that have been under way for longer than that} */
    List<Call> longerThan(Duration time) {
        return calls.stream().filter(call -> call.nanos() > time.toNanos()).toList();
    }

    private Optional<Call> longest(Predicate<Call> which) {
        return calls.stream().filter(which).max(Comparator.comparingLong(Call::nanos));
    }
}
