package org.pinion.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.pinion.api.AddressSpace;

/** A runtime that dies with mappings in place. */
final class CrashTests {

    private static final long MIB = 1 << 20;
    private static final long GUEST = 64 * MIB;

    private CrashTests() {}

    static List<AcceptanceTest> on(String backend) {
        return List.of(AcceptanceTest.on(backend, "crash-leaves-nothing",
                "kill -9 of a runtime that maps memory: nothing stays pinned, the device is free, the next start works",
                CrashTests::leavesNothing));
    }

    private static void leavesNothing(Lab lab, String backend) throws Exception {
        Path mtree = Pinion.memoryTree(GUEST);
        Path state = Files.createTempDirectory("lab");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        KernelView kernel = lab.look();
        long tables = kernel.iommuPageTables();
        try (Permissions permissions = new Permissions()) {
            permissions.openNodes(lab);
            // The second runtime gets its memory pinned only if the first one's is not charged to the user any more.
            Pinion nobody = Pinion.ofNobody(lab, GUEST + GUEST / 2);
            try (ResidentPinion first = nobody.start(state)) {
                work(first, backend, mtree);
                Expect.equal("bytes pinned by process " + first.pid(), GUEST, kernel.pinned(first.pid()));
                first.kill();
            }
            Expect.soon("page tables of the IOMMU are left", () -> kernel.iommuPageTables() <= tables);
            try (AddressSpace space = lab.open(backend, "strict")) {
                space.attach(Guest.EDU);
            }
            try (ResidentPinion second = nobody.start(state)) {
                work(second, backend, mtree);
                second.type("close vm0", "closed vm0");
            }
        }
    }

    private static void work(ResidentPinion pinion, String backend, Path mtree) throws Exception {
        pinion.await("up with the native kernel");
        pinion.type("open vm0 " + backend, "opened vm0 on " + backend);
        pinion.type("load vm0 " + mtree, "loaded");
        pinion.type("attach " + Guest.EDU, "attached " + Guest.EDU);
    }
}
