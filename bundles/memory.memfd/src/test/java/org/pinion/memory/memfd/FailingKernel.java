package org.pinion.memory.memfd;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;

/** Another kernel that records which calls are made, and lets those fail that a test chooses. */
final class FailingKernel {

    private final Kernel real;
    private final List<String> names = new ArrayList<>();
    private final Map<String, Errno> failures = new HashMap<>();

    FailingKernel(Kernel real) {
        this.real = real;
    }

    Kernel kernel() {
        return (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) ->
                        call(method, arguments));
    }

    void fail(String name, Errno errno) {
        failures.put(name, errno);
    }

    List<String> names() {
        return names;
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        names.add(method.getName());
        Errno failure = failures.get(method.getName());
        if (failure != null) {
            return failure.answer();
        }
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
