package org.pinion.core.plugin;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;
import org.pinion.spi.backend.HandOver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before a session or a device's handle and counts its failures, method by method. What a session must know
 * without asking the kernel is bounded in time; all else may take as long as the kernel needs, such as to pin memory,
 * and whoever waits for it is told what is going on.
 *
 * <p>A proxy, so that what the interfaces get later goes through it too.
 */
final class WatchedSession implements InvocationHandler {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedSession.class);
    private static final Set<String> BOUNDED = Set.of("capabilities", "handsOver");

    private final Object target;
    private final Plugin plugin;
    private final BoundedCalls calls;
    private volatile boolean failing;
    private volatile HandOver late;

    private WatchedSession(Object target, Plugin plugin, BoundedCalls calls) {
        this.target = target;
        this.plugin = plugin;
        this.calls = calls;
    }

    static BackendSession of(BackendSession session, Plugin plugin, BoundedCalls calls) {
        return before(BackendSession.class, session, plugin, calls);
    }

    private static <T> T before(Class<T> type, T target, Plugin plugin, BoundedCalls calls) {
        return type.cast(Proxy.newProxyInstance(
                WatchedSession.class.getClassLoader(),
                new Class<?>[] {type},
                new WatchedSession(target, plugin, calls)));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        if (late != null) {
            return afterHandOver(method, arguments);
        }
        if (BOUNDED.contains(method.getName())) {
            return bounded(method, arguments);
        }
        if (method.getName().equals("handOver")) {
            return calls.ask(
                    "handOver",
                    "hand over",
                    plugin,
                    () -> (HandOver) call(method, arguments),
                    this::handedOverLate);
        }
        return counted(method, arguments);
    }

    /** These methods declare no exception of ours. */
    private Object bounded(Method method, Object[] arguments) {
        String asked = method.getName();
        try {
            return calls.ask(asked, "ask for " + asked, plugin, () -> call(method, arguments));
        } catch (IommuException failure) {
            throw new IllegalStateException(failure.getMessage(), failure);
        }
    }

    /** Nobody waited for it any more, but it has let go: whoever asks next gets it. */
    private void handedOverLate(HandOver handOver) {
        late = handOver;
        LOG.warn("{} has handed over what it was given up for: dma:adopt goes on with it", plugin);
    }

    /** The session has nothing any more. */
    private Object afterHandOver(Method method, Object[] arguments) throws Throwable {
        return switch (method.getName()) {
            case "handsOver" -> Set.of(late.version());
            case "handOver" -> late;
            case "close" -> {
                late.giveBack("close");
                yield null;
            }
            default -> counted(method, arguments);
        };
    }

    private Object counted(Method method, Object[] arguments) throws Throwable {
        try {
            Object answer = call(method, arguments);
            if (answer == null && !method.getReturnType().isPrimitive()) {
                failed(method, PluginFailure.answeredNull(plugin));
            } else if (failing) {
                calls.succeeded(method.getName(), plugin);
            }
            return answer instanceof DeviceHandle handle ? before(DeviceHandle.class, handle, plugin, calls) : answer;
        } catch (RuntimeException | Error thrown) {
            failed(method, PluginFailure.threw(plugin, thrown));
            throw thrown;
        }
    }

    private void failed(Method method, PluginFailure failure) {
        failing = true;
        calls.failed(method.getName(), failure);
    }

    private Object call(Method method, Object[] arguments) throws IommuException {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            switch (thrown.getCause()) {
                case IommuException answer -> throw answer;
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                default -> throw new IllegalStateException(thrown.getCause());
            }
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
