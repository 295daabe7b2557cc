package org.pinion.linux;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.pinion.linux.ffm.NativeKernel;

/** The kernel of the machine, but with its files under a directory of a test. */
public final class RootedKernel {

    private RootedKernel() {}

    public static Kernel at(Path root) {
        Kernel machine = new NativeKernel();
        InvocationHandler moved = (proxy, method, arguments) -> {
            if (arguments != null && arguments[0] instanceof String path) {
                arguments[0] = root + path;
            }
            try {
                return method.invoke(machine, arguments);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        };
        return (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, moved);
    }
}
