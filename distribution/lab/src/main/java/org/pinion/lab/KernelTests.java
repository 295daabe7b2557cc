package org.pinion.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pinion.linux.Kernel;

/** The same requests to the native kernel and to the emulated one: the same answers. */
final class KernelTests {

    private static final String RELEASE = "/proc/sys/kernel/osrelease";

    /** Makes requests, and takes down the answers by the requests' names. */
    @FunctionalInterface
    private interface Script {
        void run(Kernel kernel, Map<String, String> answers) throws Exception;
    }

    private KernelTests() {}

    static List<AcceptanceTest> on(String backend) {
        return backend.equals("vfio")
                ? List.of(
                        same(backend, "kernel-type1-set-up", ContainerScript::setUp),
                        same(backend, "kernel-type1-map", ContainerScript::map),
                        same(backend, "kernel-type1-unmap", ContainerScript::unmap))
                : List.of(
                        same(backend, "kernel-ioas-map", IoasScript::map),
                        same(backend, "kernel-ioas-unmap", IoasScript::unmap),
                        same(backend, "kernel-compat-map", IoasScript::compatible));
    }

    private static AcceptanceTest same(String backend, String name, Script script) {
        return AcceptanceTest.on(backend, name, "the emulated kernel answers each request as this one does",
                (lab, _) -> compare(lab, script));
    }

    private static void compare(Lab lab, Script script) throws Exception {
        String release = lab.kernel().readFile(RELEASE).strip();
        Map<String, String> ours = new LinkedHashMap<>();
        script.run(lab.kernel(), ours);
        ours.forEach((call, answer) -> System.err.println(call + ": " + answer));
        Map<String, String> emulated = new LinkedHashMap<>();
        try (EmulatedTwin twin = EmulatedTwin.of(lab.guest(), release, Guest.SECOND_EDU)) {
            script.run(twin.kernel(), emulated);
        }
        List<String> differences = new ArrayList<>();
        ours.forEach((call, answer) -> {
            if (!answer.equals(emulated.get(call))) {
                differences.add(call + ": Linux " + release + " answers " + answer + ", the emulator "
                        + emulated.get(call));
            }
        });
        Expect.that(differences.isEmpty(), String.join("; ", differences));
        Expect.equal("requests made of the emulator", ours.keySet(), emulated.keySet());
    }
}
