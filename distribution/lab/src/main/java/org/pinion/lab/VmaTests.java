package org.pinion.lab;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.pinion.api.AddressRange;
import org.pinion.api.AddressSpace;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RefusedException;
import org.pinion.api.Section;
import org.pinion.api.Trait;

/**
 * Memory of every kind that the kernel treats in its own way. What the plan says beforehand is what the kernel answers:
 * what is planned to be mapped is mapped, and what is not would have failed, or a policy does not want it.
 */
final class VmaTests {

    private static final long IOVA = 0x1000_0000L;
    private static final Path EXT4 = Path.of("/tmp/ext4");
    private static final Path TMPFS = Path.of("/dev/shm");
    private static final Path NINE_P = Path.of("/tmp/lab");
    private static final String DEVICE_MEMORY = "device-memory";

    /** Maps a device's memory by its address, which a container follows, but not what policy strict calls safe. */
    private static final String CAUTIOUS = "strict/" + DEVICE_MEMORY;

    /**
     * A kind of memory.
     *
     * @param name its name
     * @param maker makes some
     * @param traits what is found out about it, sorted
     * @param strict the rules by which policy strict decides, in the order of addresses
     * @param qemu the same for policy qemu
     */
    private record Kind(String name, Memory.Maker maker, Set<String> traits, List<String> strict, List<String> qemu) {

        static Kind of(String name, Memory.Maker maker, Set<String> traits, String strict, String qemu) {
            return new Kind(name, maker, traits, List.of(strict), List.of(qemu));
        }

        /** What type1 makes of a device's memory differs: it follows page frames. */
        List<String> rules(String policy, String backend) {
            boolean followed = backend.equals("vfio") && traits.contains(DEVICE_MEMORY);
            List<String> rules = policy.equals("strict") ? strict : followed ? List.of("ram") : qemu;
            return rules.stream().map(rule -> policy + "/" + rule).toList();
        }
    }

    private static final List<Kind> KINDS = List.of(
            Kind.of("anonymous", Memory::anonymous, Set.of("gup-able"), "ram", "ram"),
            Kind.of("thp", Memory::transparentHugePages, Set.of("gup-able"), "ram", "ram"),
            Kind.of("hugetlb", Memory::hugePages, Set.of("gup-able", "huge-page=2M"), "ram", "ram"),
            Kind.of("memfd", Memory::memfd, Set.of("gup-able"), "ram", "ram"),
            Kind.of("tmpfs", Memory.file(TMPFS, true, true), Set.of("gup-able"), "ram", "ram"),
            Kind.of("ext4-private", Memory.file(EXT4, false, true), Set.of("gup-able"), "ram", "ram"),
            Kind.of("ext4-shared", Memory.file(EXT4, true, true), Set.of("file-writeback"), "file-writeback",
                    "ram-unpinnable"),
            Kind.of("ext4-read-only", Memory.file(EXT4, true, false), Set.of("file-writeback", "gup-able", "read-only"),
                    "file-writeback", "ram-unpinnable"),
            Kind.of("9p-shared", Memory.file(NINE_P, true, true), Set.of("file-writeback"), "file-writeback",
                    "ram-unpinnable"),
            Kind.of("read-only", Memory::readOnly, Set.of("gup-able", "read-only"), "read-only", "ram-unpinnable"),
            Kind.of("no-access", Memory::noAccess, Set.of("unbacked"), "unbacked", "ram-unpinnable"),
            Kind.of("hole", Memory::hole, Set.of("unbacked"), "unbacked", "ram-unpinnable"),
            new Kind("half", Memory::half, Set.of("gup-able", "unbacked"), List.of("ram", "unbacked"),
                    List.of("ram", "ram-unpinnable")),
            new Kind("cut-file", Memory::cutFile, Set.of("gup-able", "unbacked"), List.of("ram", "unbacked"),
                    List.of("ram", "ram-unpinnable")),
            Kind.of("secret", Memory::secret, Set.of("protected"), "protected", "protected"),
            Kind.of("bar", Memory::bar, Set.of(DEVICE_MEMORY), DEVICE_MEMORY, "ram-unpinnable"),
            Kind.of("dev-mem", Memory::physical, Set.of(DEVICE_MEMORY), DEVICE_MEMORY, "ram-unpinnable"));

    private VmaTests() {}

    static List<AcceptanceTest> on(String backend) {
        return KINDS.stream()
                .map(kind -> AcceptanceTest.on(backend, "vma-" + kind.name(),
                        "traits and plans of such memory, and the kernel's own answer where the plan says no",
                        (lab, name) -> check(lab, name, kind)))
                .toList();
    }

    private static void check(Lab lab, String backend, Kind kind) throws Exception {
        for (String policy : List.of("strict", "qemu")) {
            try (Memory memory = kind.maker().make(lab.kernel());
                    RawSpace raw = lab.raw(backend);
                    AddressSpace space = lab.open(backend, policy)) {
                raw.attach(Guest.SECOND_EDU);
                space.attach(Guest.EDU);
                List<Decision> decisions = commit(space, memory);
                Expect.equal("traits", new TreeSet<>(kind.traits()), traits(decisions));
                Expect.equal("rules", kind.rules(policy, backend), rules(decisions));
                kernelAgrees(raw, memory, decisions);
            }
        }
    }

    /** What a plan refuses is in the plan; whatever else fails was not foreseen. */
    private static List<Decision> commit(AddressSpace space, Memory memory) throws IommuException {
        Section section = Section.ram(
                AddressRange.ofSize(IOVA, memory.size()), new Backing.UserMemory(memory.address()), "ram");
        try {
            space.commit(Views.of(section));
        } catch (RefusedException refused) {
            Expect.equal("the table after a refusal", List.of(), space.snapshot().table());
            return refused.plan().decisions();
        }
        List<Decision> decisions = space.snapshot().plan().decisions();
        List<Mapping> planned =
                decisions.stream().flatMap(decision -> decision.mapping().stream()).toList();
        Expect.equal("the table", planned, space.snapshot().table());
        return decisions;
    }

    private static Set<String> traits(List<Decision> decisions) {
        return decisions.stream()
                .flatMap(decision -> decision.traits().stream())
                .filter(trait -> trait.by().equals("vma"))
                .map(Trait::label)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> rules(List<Decision> decisions) {
        return decisions.stream().map(Decision::rule).toList();
    }

    private static void kernelAgrees(RawSpace raw, Memory memory, List<Decision> decisions) {
        for (Decision decision : decisions) {
            AddressRange range = decision.range();
            long address = memory.address() + range.start() - IOVA;
            boolean writable = decision.mapping().map(mapping -> mapping.access().writable()).orElse(true);
            int answer = raw.map(range.start(), address, range.size(), writable);
            boolean wanted = decision.outcome() == Decision.Outcome.MAP;
            Expect.that(wanted == (answer == 0) || decision.rule().equals(CAUTIOUS),
                    "the kernel answers %s to mapping %s, and the plan says: %s".formatted(
                            RawSpace.name(answer), range, decision));
            if (answer == 0) {
                Expect.equal("bytes unmapped", range.size(), raw.unmap(range.start(), range.size()));
            }
        }
    }
}
