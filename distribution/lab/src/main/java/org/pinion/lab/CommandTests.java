package org.pinion.lab;

import java.nio.file.Path;
import java.util.List;

/** The shipped command on the shipped captures. */
final class CommandTests {

    private CommandTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                plug(backend, "q35-p2p"),
                plug(backend, "q35-tpm"),
                AcceptanceTest.on(backend, "explain-capture",
                        "pinion explain says why, with the limits of the real device, and maps nothing",
                        CommandTests::explain));
    }

    private static AcceptanceTest plug(String backend, String capture) {
        return AcceptanceTest.on(backend, "plug-" + capture,
                "pinion plug moves bytes through a real guest's memory; both orders of devices print the same bytes",
                (lab, name) -> bothOrders(lab, name, capture));
    }

    private static void bothOrders(Lab lab, String backend, String capture) throws Exception {
        String one = plug(lab, backend, capture, Guest.EDU, Guest.SECOND_EDU);
        String other = plug(lab, backend, capture, Guest.SECOND_EDU, Guest.EDU);
        Expect.says(one, "\"kernel\" : \"native\"", "\"dma\" : [");
        Expect.equal("the other order", one, other);
    }

    private static String plug(Lab lab, String backend, String capture, String first, String second)
            throws Exception {
        return Pinion.of(lab)
                .run("plug", mtree(lab, capture), "--backend", backend, "--json", "--device", first, "--device", second)
                .expectExitCode(0)
                .out();
    }

    private static void explain(Lab lab, String backend) throws Exception {
        String said = Pinion.of(lab)
                .run("explain", mtree(lab, "q35-base"), "--backend", backend, "--device", Guest.EDU)
                .expectExitCode(0)
                .out();
        Expect.says(said, "pc.ram", "strict/ram", "strict/not-ram", "refused   nothing");
    }

    private static String mtree(Lab lab, String capture) {
        Path file = lab.guest().captures().resolve(capture + ".mtree");
        return file.toString();
    }
}
