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
 * without asking the kernel, and is asked rarely, is bounded in time; all else may take as long as the kernel needs,
 * such as to pin memory, and whoever waits for its caller is told what is going on.
 *
 * <p>A proxy, so that what the interfaces get later goes through it too.
 */
final class WatchedSession implements InvocationHandler {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedSession.class);
    private static final Set<String> BOUNDED = Set.of("capabilities", "handsOver", "expect", "attached", "device");

    private final Object target;
    private final Plugin plugin;
    private final String space;
    private final String device;
    private final BoundedCalls calls;
    private volatile boolean failing;
    private volatile HandOver late;

    private WatchedSession(Object target, Plugin plugin, String space, String device, BoundedCalls calls) {
        this.target = target;
        this.plugin = plugin;
        this.space = space;
        this.device = device;
        this.calls = calls;
    }

    static BackendSession of(BackendSession session, Plugin plugin, String space, BoundedCalls calls) {
        return new WatchedSession(session, plugin, space, "", calls).as(BackendSession.class);
    }

    private <T> T as(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(
                WatchedSession.class.getClassLoader(), new Class<?>[] {type}, this));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        CallsUnderWay underWay = calls.underWay();
        CallsUnderWay.Call call =
                underWay.begin(new CallsUnderWay.Call(plugin, space, device, method, arguments));
        try {
            Object answer = ask(method, arguments);
            return answer instanceof DeviceHandle handle
                    ? new WatchedSession(handle, plugin, space, (String) arguments[0], calls).as(DeviceHandle.class)
                    : answer;
        } finally {
            underWay.end(call);
        }
    }

    private Object ask(Method method, Object[] arguments) throws Throwable {
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

    /** Most of these methods declare no exception of ours. */
    private Object bounded(Method method, Object[] arguments) throws IommuException {
        String asked = method.getName();
        try {
            return calls.ask(asked, "ask for " + asked, plugin, () -> call(method, arguments));
        } catch (IommuException failure) {
            if (failure.getCause() instanceof PluginFailure known) {
                throw known;
            }
            if (method.getExceptionTypes().length > 0) {
                throw failure;
            }
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
                throw PluginFailure.answeredNull(plugin);
            }
            if (failing) {
                calls.succeeded(method.getName(), plugin);
            }
            return answer;
        } catch (RuntimeException | Error thrown) {
            PluginFailure failure =
                    thrown instanceof PluginFailure known ? known : PluginFailure.threw(plugin, thrown);
            failing = true;
            calls.failed(method.getName(), failure);
            throw failure;
        }
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
