package org.pinion.device;

import java.lang.reflect.Proxy;
import org.pinion.linux.Kernel;

/** A kernel whose answers a test gives. */
final class FakeKernel {

    private FakeKernel() {}

    interface Answers {
        Object to(String method, Object[] arguments);
    }

    static Kernel of(Answers answers) {
        return (Kernel) Proxy.newProxyInstance(Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class},
                (_, method, arguments) -> answers.to(method.getName(), arguments));
    }
}
