package org.pinion.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DeviceHandle;

/** Stands before a healthy plugin, and has one of its methods fall sick; what it opens falls sick with it. */
final class Sick {

    private volatile String method = "";
    private volatile Complaint complaint;
    private volatile CountDownLatch recovery = new CountDownLatch(1);

    void falls(String name, Complaint other) {
        recovery = new CountDownLatch(1);
        complaint = other;
        method = name;
    }

    void recover() {
        method = "";
        recovery.countDown();
    }

    <T> T of(Class<T> type, T healthy) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, called, arguments) -> {
                    if (called.getName().equals(method)) {
                        return complaint.show(recovery);
                    }
                    return opened(call(called, healthy, arguments));
                }));
    }

    private Object opened(Object answer) {
        return switch (answer) {
            case BackendSession session -> of(BackendSession.class, session);
            case DeviceHandle handle -> of(DeviceHandle.class, handle);
            case null, default -> answer;
        };
    }

    private static Object call(Method called, Object healthy, Object[] arguments) throws Throwable {
        try {
            return called.invoke(healthy, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
