package org.pinion.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinion.api.AddressSpace;
import org.pinion.api.IommuException;
import org.pinion.api.SpaceOptions;
import org.pinion.linux.Kernel;

/** The runtime is killed while a device does DMA, and goes on with its address space when it is started again. */
final class RestartTests {

    private static final long MIB = 1 << 20;
    private static final long RAM = 64 * MIB;
    private static final Pattern MAPPED =
            Pattern.compile("vm0 +active +\\d+ +iommufd +strict +\\d+ +(\\d+) MiB +\\d+ MiB ");
    private static final int COUNT = 2048;
    private static final int MANY = 60;
    private static final int START_SECONDS = 240;
    private static final String UP = "up with the native kernel";
    private static final String NO_CHANGE_PROCESS =
            "the kernel has no IOMMU_IOAS_CHANGE_PROCESS (Linux 6.14 and later)";

    private RestartTests() {}

    static List<AcceptanceTest> on(String backend) {
        return backend.equals("iommufd")
                ? List.of(
                        AcceptanceTest.on(backend, "restart-goes-on",
                                "kill -9 of a runtime under 'pinion keep': DMA in the gap lands in the right memory,"
                                        + " the next process has the table, is charged for it, and commits",
                                (lab, _) -> unlessTooOld(lab, RestartTests::goesOn)),
                        AcceptanceTest.on(backend, "restart-in-commit",
                                "the same in the midst of commit after commit: the table is what the kernel holds",
                                (lab, _) -> unlessTooOld(lab, RestartTests::inCommit)),
                        AcceptanceTest.on(backend, "restart-charge",
                                "a limit that has no room for both processes: the space waits, says why, and closes",
                                (lab, _) -> unlessTooOld(lab, RAM + RAM / 2, RestartTests::noRoom)),
                        AcceptanceTest.on(backend, "restart-refused",
                                "without a keeper, and on a kernel that charges no other process: the reason",
                                (lab, name) -> refused(lab, name)))
                : List.of(AcceptanceTest.on(backend, "restart-refused", "a container does not outlive its process",
                        (lab, name) -> refused(lab, name)));
    }

    /** What is tried under a keeper. */
    private interface Trial {
        void run(Lab lab, ResidentPinion pinion) throws Exception;
    }

    /** By a user without privileges: who has CAP_IPC_LOCK is not charged, and nothing passes to the next process. */
    private static void unlessTooOld(Lab lab, Trial trial) throws Exception {
        unlessTooOld(lab, 2 * RAM, trial);
    }

    private static void unlessTooOld(Lab lab, long memlock, Trial trial) throws Exception {
        Path state = Files.createTempDirectory("lab");
        Files.setPosixFilePermissions(state, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Permissions permissions = new Permissions();
                ResidentPinion pinion = started(lab, permissions, memlock, state)) {
            pinion.await(UP);
            if (lab.look().chargesOtherProcesses()) {
                trial.run(lab, pinion);
            } else {
                pinion.type("open vm0 iommufd strict --lasting", NO_CHANGE_PROCESS);
            }
        }
    }

    private static ResidentPinion started(Lab lab, Permissions permissions, long memlock, Path state)
            throws Exception {
        permissions.openNodes(lab);
        return Pinion.ofNobody(lab, memlock).keep(state);
    }

    private static void work(ResidentPinion pinion) throws Exception {
        pinion.type("open vm0 iommufd strict --lasting", "opened vm0 on iommufd, policy strict, to outlive");
        pinion.type("load vm0 " + Pinion.memoryTree(RAM), "loaded");
        pinion.type("attach " + Guest.EDU, "attached " + Guest.EDU);
    }

    private static void goesOn(Lab lab, ResidentPinion pinion) throws Exception {
        Kernel kernel = lab.kernel();
        KernelView look = lab.look();
        work(pinion);
        List<String> faults = KernelView.faults();
        ProcessHandle first = pinion.child().orElseThrow();
        Expect.equal("bytes pinned by process " + first.pid(), RAM, look.pinned(first.pid()));
        try (KeptFiles files = KeptFiles.of(kernel, pinion.pid())) {
            byte[] bytes = pattern(1);
            files.put(MIB, bytes);
            files.read(MIB, COUNT);
            // The edu takes 100 ms for it: begun before the process is killed, done after.
            files.startWriting(2 * MIB, COUNT);
            kill(first);
            boolean armed = files.running();
            files.await();
            Expect.that(Arrays.equals(bytes, files.get(2 * MIB, COUNT)), "wrong bytes in the DMA under way");
            int inTheGap = moveInTheGap(pinion, files);
            System.err.printf("lab: the DMA was %s when the process was dead; %d whole DMAs in the gap; kept: %s%n",
                    armed ? "under way" : "done", inTheGap, KeptFiles.kept(pinion.pid()));
            ProcessHandle second = restarted(pinion, 2);
            Expect.within(START_SECONDS,
                    () -> "process " + second.pid() + " is not charged: " + pinion.since("killed by"),
                    () -> look.pinned(second.pid()) == RAM);
            Expect.says(table(pinion), "vm0", "active", "64 MiB", Guest.EDU);
            move(files, 40);
            Expect.equal("faults in the kernel's log", faults, KernelView.faults());
            long loaded = pinion.count("loaded");
            pinion.type(List.of("load vm0 " + Pinion.memoryTree(RAM / 2)));
            Expect.within(START_SECONDS, () -> "no commit: " + pinion.since("killed by"),
                    () -> pinion.count("loaded") > loaded);
            Expect.equal("bytes pinned by process " + second.pid(), RAM / 2, look.pinned(second.pid()));
        }
        closes(lab, pinion);
    }

    private static byte[] pattern(int seed) {
        byte[] bytes = new byte[COUNT];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void kill(ProcessHandle process) throws Exception {
        process.destroyForcibly();
        Expect.soon("process " + process.pid() + " does not die", () -> !process.isAlive());
    }

    /** Moves bytes as long as there is no runtime that could have had a part in it. */
    private static int moveInTheGap(ResidentPinion pinion, KeptFiles files) throws Exception {
        int moved = 0;
        while (moved < 5) {
            move(files, 10 + moved);
            Expect.that(pinion.count(UP) == 1, "the next process was up after " + moved + " DMAs in the gap");
            moved++;
        }
        return moved;
    }

    private static void move(KeptFiles files, int round) throws Exception {
        byte[] bytes = pattern(round);
        files.put(round * MIB, bytes);
        files.read(round * MIB, COUNT);
        files.startWriting((round + 1) * MIB, COUNT);
        files.await();
        Expect.that(Arrays.equals(bytes, files.get((round + 1) * MIB, COUNT)), "wrong bytes in DMA " + round);
    }

    private static ProcessHandle restarted(ResidentPinion pinion, int starts) throws Exception {
        Expect.within(START_SECONDS, () -> "it was not started again: " + pinion.since(UP),
                () -> pinion.count(UP) == starts);
        return pinion.child().orElseThrow();
    }

    /** The address spaces, when the space is whole again. */
    private static String table(ResidentPinion pinion) throws Exception {
        String[] said = new String[1];
        Expect.within(START_SECONDS, () -> "the space is not active: " + said[0], () -> {
            pinion.type(List.of("spaces"));
            said[0] = pinion.since("space ");
            return said[0].contains(" active ");
        });
        return said[0];
    }

    private static void closes(Lab lab, ResidentPinion pinion) throws Exception {
        pinion.type("close vm0", "closed vm0");
        ProcessHandle last = pinion.child().orElseThrow();
        Expect.equal("bytes pinned by process " + last.pid(), 0L, lab.look().pinned(last.pid()));
        Expect.equal("files that are kept", List.of(), KeptFiles.kept(pinion.pid()));
        try (AddressSpace space = lab.open("iommufd", "strict")) {
            space.attach(Guest.EDU);
        }
    }

    private static void inCommit(Lab lab, ResidentPinion pinion) throws Exception {
        Path all = Pinion.memoryTree(RAM);
        String half = "load vm0 " + Pinion.memoryTree(RAM / 2);
        work(pinion);
        long begun = pinion.count("loaded");
        pinion.type(Collections.nCopies(MANY / 2, half + "\nload vm0 " + all));
        Expect.within(START_SECONDS, () -> "no commit after the first", () -> pinion.count("loaded") > begun + 3);
        kill(pinion.child().orElseThrow());
        ProcessHandle second = restarted(pinion, 2);
        Expect.says(table(pinion), "vm0", "active", Guest.EDU);
        long[] sizes = new long[2];
        // Commits that the first process has not read are read by the second.
        Expect.within(START_SECONDS, () -> "the table has %d bytes, and pinned are %d".formatted(sizes[0], sizes[1]),
                () -> {
                    sizes[0] = mapped(table(pinion));
                    sizes[1] = lab.look().pinned(second.pid());
                    return sizes[0] == sizes[1];
                });
        Expect.that(sizes[1] == RAM || sizes[1] == RAM / 2, "pinned are " + sizes[1] + " bytes");
        closes(lab, pinion);
    }

    /** Reads how much the table has of the columns "mappings", "mapped" and "pinned". */
    private static long mapped(String spaces) {
        Matcher row = MAPPED.matcher(spaces);
        return row.find() ? Long.parseLong(row.group(1)) * MIB : -1;
    }

    private static void noRoom(Lab lab, ResidentPinion pinion) throws Exception {
        work(pinion);
        kill(pinion.child().orElseThrow());
        restarted(pinion, 2);
        pinion.await("the limit on locked memory (RLIMIT_MEMLOCK) is too low");
        pinion.type("close vm0", "closed vm0");
        Expect.equal("files that are kept", List.of(), KeptFiles.kept(pinion.pid()));
    }

    private static void refused(Lab lab, String backend) throws Exception {
        String why = Expect.failure(IommuException.class, () ->
                lab.dma().open(new SpaceOptions("lab", backend, List.of("strict"), true))).getMessage();
        System.err.println("lab: " + why);
        if (backend.equals("vfio")) {
            Expect.says(why, "a VFIO container belongs to the process that maps into it");
        } else if (lab.look().chargesOtherProcesses()) {
            Expect.says(why, "no NOTIFY_SOCKET in its environment", "pinion keep");
        } else {
            Expect.says(why, NO_CHANGE_PROCESS);
        }
    }
}
