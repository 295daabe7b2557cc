package org.pinion.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

/** No method of a session or a handle, later ones included, is unhappy without it being told whose it is. */
@Timeout(60)
class WatchedSessionTest {

    private static final String WHO = "backend 'odd' of bundle org.odd 6.6.6";
    private static final Map<Class<?>, Object> VALUES = Map.of(
            int.class, 0, long.class, 0L, String.class, "0000:00:04.0", AddressRange.class, AddressRange.ALL);

    private final CountDownLatch recovery = new CountDownLatch(1);
    private final Guard guard = new Guard(() -> Duration.ofMillis(50));
    private final PluginRegistry registry = new PluginRegistry(guard, (_, _) -> {}, Runnable::run, new Deaf(),
            () -> Duration.ZERO);
    private final BoundedCalls calls = new BoundedCalls(guard, registry);

    private static final class Deaf implements PluginListener {
        @Override
        public Runnable plansMayChange(String cause) {
            return () -> {};
        }

        @Override
        public void backendLeft(Plugin backend, boolean replaced) {
            // Nothing depends on it.
        }

        @Override
        public void backendGone(long id) {
            // Nothing depends on it.
        }

        @Override
        public void backendArrived(Plugin backend) {
            // Nothing depends on it.
        }
    }

    @AfterEach
    void recover() {
        recovery.countDown();
    }

    static Stream<Method> methods() {
        return Stream.of(BackendSession.class, DeviceHandle.class).flatMap(type -> Stream.of(type.getMethods()));
    }

    static Stream<Method> answers() {
        return methods().filter(method -> !method.getReturnType().isPrimitive());
    }

    /** Asks a session, or the handle that it gave. */
    private Object ask(Method method, InvocationHandler answer) throws Throwable {
        BackendSession session = (BackendSession) stand(BackendSession.class, (proxy, asked, arguments) ->
                method.getDeclaringClass() == DeviceHandle.class && asked.getName().equals("attach")
                        ? stand(DeviceHandle.class, answer)
                        : answer.invoke(proxy, asked, arguments));
        BackendSession watched = WatchedSession.of(
                session, new Plugin(PluginKind.BACKEND, "odd", "org.odd 6.6.6", 1, 0, session), "first", calls);
        Object target =
                method.getDeclaringClass() == DeviceHandle.class ? watched.attach("0000:00:04.0") : watched;
        Object[] arguments = Stream.of(method.getParameterTypes()).map(VALUES::get).toArray();
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private static String told(Throwable thrown) {
        return switch (thrown) {
            case PluginFailure failure -> failure.sentence();
            case IommuException failure -> failure.why();
            default -> thrown.toString();
        };
    }

    private static Object stand(Class<?> type, InvocationHandler answer) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, answer);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void anErrorIsToldWithTheBundle(Method method) {
        assertThat(told(catchThrowable(() -> ask(method, (_, _, _) -> {
            throw new NoClassDefFoundError("org/elsewhere/Missing");
        })))).isEqualTo(WHO + " threw java.lang.NoClassDefFoundError: org/elsewhere/Missing");
    }

    @ParameterizedTest
    @MethodSource("answers")
    void anAnswerOfNullIsToldWithTheBundle(Method method) {
        assertThat(told(catchThrowable(() -> ask(method, (_, _, _) -> null)))).isEqualTo(WHO + " answered null");
    }

    @ParameterizedTest
    @MethodSource("methods")
    void whoBlocksIsNamedWhileItLastsAndForgottenAfterwards(Method method) throws Exception {
        FutureTask<Object> asking = new FutureTask<>(() -> catchThrowable(() -> ask(method, (_, _, _) -> {
            recovery.await();
            throw new IommuException("end", "it is over", "");
        })));
        Thread caller = Thread.ofPlatform().daemon().start(asking);
        Optional<String> named = await().until(
                () -> asking.isDone() ? Optional.of("") : registry.underWay().of(caller), Optional::isPresent);
        if (asking.isDone()) {
            assertThat(told((Throwable) asking.get())).isEqualTo(WHO + " did not answer within 50 ms");
        } else {
            assertThat(named.orElseThrow()).startsWith(WHO + " has been in '" + method.getName());
        }
        recovery.countDown();
        asking.get();
        assertThat(registry.underWay().of(caller)).isEmpty();
    }
}
