package org.pinion.backend.vfio;

import java.lang.reflect.Proxy;
import java.util.Map;
import org.pinion.device.host.PinningFacts;
import org.pinion.linux.Kernel;

/** A process with a limit on locked memory and one memory area. */
final class KnownProcess {

    static final PinningFacts FACTS = facts(Map.of(
            "/proc/self/limits",
            "Max locked memory         8388608              8388608              bytes     \n",
            "/proc/self/smaps",
            """
            10000-20000 rw-p 00000000 00:00 0
            VmFlags: rd wr mr mw me ac
            """));

    private KnownProcess() {}

    private static PinningFacts facts(Map<String, String> files) {
        Kernel kernel = (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(),
                new Class<?>[] {Kernel.class},
                (_, _, arguments) -> files.get(arguments[0]));
        return new PinningFacts(kernel, PinningFacts.Charge.PROCESS);
    }
}
