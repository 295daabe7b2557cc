package org.pinion.laws;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pinion.linux.Kernel;

/** A kernel whose ioctls can be made to wait. It is shut and opened once. */
final class Gate {

    private final Kernel behind;
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);
    private volatile boolean shut;

    Gate(Kernel behind) {
        this.behind = behind;
    }

    Kernel kernel() {
        return (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class},
                (_, method, arguments) -> call(method, arguments));
    }

    void shut() {
        shut = true;
    }

    void open() {
        opened.countDown();
    }

    void awaitSomebody() throws InterruptedException {
        if (!arrived.await(1, TimeUnit.MINUTES)) {
            throw new AssertionError("no ioctl came");
        }
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        if (shut && method.getName().equals("ioctl")) {
            arrived.countDown();
            opened.await();
        }
        try {
            return method.invoke(behind, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
