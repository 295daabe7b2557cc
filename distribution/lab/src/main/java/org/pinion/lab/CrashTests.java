package org.pinion.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.pinion.api.AddressSpace;

/** A runtime that dies with mappings in place. */
final class CrashTests {

    private static final long MIB = 1 << 20;
    private static final long GUEST = 64 * MIB;

    private CrashTests() {}

    /** More commits than are carried out before the kill; their lines still fit into a pipe that nobody reads. */
    private static final int MANY = 1000;
    private static final int COMMIT_SECONDS = 120;

    static List<AcceptanceTest> on(String backend) {
        return List.of(
                AcceptanceTest.on(backend, "crash-leaves-nothing",
                        "kill -9 of a runtime that maps memory: nothing stays pinned, devices are free, the next works",
                        (lab, name) -> leavesNothing(lab, name, (_, _) -> { })),
                AcceptanceTest.on(backend, "crash-in-commit", "the same in the midst of commit after commit",
                        (lab, name) -> leavesNothing(lab, name, CrashTests::commitOverAndOver)));
    }

    /** What a runtime does when it is killed. */
    @FunctionalInterface
    private interface Occupation {
        void begin(ResidentPinion pinion, Path mtree) throws Exception;
    }

    private static void leavesNothing(Lab lab, String backend, Occupation occupation) throws Exception {
        Path mtree = Pinion.memoryTree(GUEST);
        Path state = Files.createTempDirectory("lab");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        KernelView kernel = lab.look();
        Map<String, Long> before = kernel.tiedMemory();
        try (Permissions permissions = new Permissions()) {
            permissions.openNodes(lab);
            // The second runtime gets its memory pinned only if the first one's is not charged to the user any more.
            Pinion nobody = Pinion.ofNobody(lab, GUEST + GUEST / 2);
            try (ResidentPinion first = nobody.start(state)) {
                work(lab, first, backend, mtree);
                Expect.equal("bytes pinned by process " + first.pid(), GUEST, kernel.pinned(first.pid()));
                occupation.begin(first, mtree);
                first.kill();
                Expect.that(first.count("loaded") < MANY, "it was done before it was killed");
            }
            for (String name : before.keySet()) {
                Expect.soon(name + " is not what it was, " + before.get(name) + " kB",
                        () -> kernel.tiedMemory().get(name) <= before.get(name));
            }
            try (AddressSpace space = lab.open(backend, "strict")) {
                space.attach(Guest.EDU);
                space.attach(lab.guest().mdev());
            }
            try (ResidentPinion second = nobody.start(state)) {
                work(lab, second, backend, mtree);
                second.type("close vm0", "closed vm0");
            }
        }
    }

    private static void work(Lab lab, ResidentPinion pinion, String backend, Path mtree) throws Exception {
        pinion.await("up with the native kernel");
        pinion.type("open vm0 " + backend, "opened vm0 on " + backend);
        pinion.type("load vm0 " + mtree, "loaded");
        pinion.type("attach " + Guest.EDU, "attached " + Guest.EDU);
        pinion.type("attach " + lab.guest().mdev(), "attached " + lab.guest().mdev());
    }

    /** By turns half of the memory and all of it, so that every commit has something to unmap or to map. */
    private static void commitOverAndOver(ResidentPinion pinion, Path all) throws Exception {
        String half = "load vm0 " + Pinion.memoryTree(GUEST / 2);
        pinion.type(Collections.nCopies(MANY / 2, half + "\nload vm0 " + all));
        Expect.within(COMMIT_SECONDS, () -> "no commit after the first", () -> pinion.count("loaded") > 3);
    }
}
