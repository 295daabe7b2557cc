package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.VfioType1;

/** Requests to a container, the odd ones above all. */
final class ContainerScript {

    private static final long PAGE = 0x1000;
    private static final long IOVA = 0x10_0000;
    private static final long BYTES = 16 * PAGE;
    private static final int READ_WRITE = VfioType1.MAP_READ | VfioType1.MAP_WRITE;
    private static final int UNKNOWN = 0x80;
    private static final long MSI = 0xfee0_0000L;
    private static final int EXTENSIONS = 12;
    private static final int[] KINDS = {0, 1, 2, 3, 6, 8, 9};

    private ContainerScript() {}

    static void setUp(Kernel kernel, Map<String, String> answers) throws Exception {
        for (int kind : KINDS) {
            String prefix = "kind " + kind + ": ";
            try (RawContainer container = new RawContainer(kernel)) {
                answers.put(prefix + "without a group", RawSpace.name(container.ask(VfioType1.SET_IOMMU, kind)));
                container.add(Guest.SECOND_EDU);
                answers.put(prefix + "chosen", RawSpace.name(container.ask(VfioType1.SET_IOMMU, kind)));
                answers.put(prefix + "type1v2 after it",
                        RawSpace.name(container.ask(VfioType1.SET_IOMMU, VfioType1.TYPE1_V2)));
                answers.put(prefix + "map after it", RawSpace.name(container.map(IOVA, 0, PAGE, 0)));
            }
        }
        try (RawContainer container = new RawContainer(kernel)) {
            extensions("empty", container, answers);
            container.attach(Guest.SECOND_EDU);
            extensions("with a group", container, answers);
        }
    }

    private static void extensions(String when, RawContainer container, Map<String, String> answers) {
        answers.put("version, " + when, RawSpace.name(container.ask(VfioType1.GET_API_VERSION, 0)));
        for (int extension = 0; extension <= EXTENSIONS; extension++) {
            answers.put("extension " + extension + ", " + when,
                    RawSpace.name(container.ask(VfioType1.CHECK_EXTENSION, extension)));
        }
    }

    static void map(Kernel kernel, Map<String, String> answers) throws Exception {
        MemorySegment memory = memory(kernel);
        long at = memory.address();
        try (RawContainer container = new RawContainer(kernel)) {
            container.attach(Guest.SECOND_EDU);
            Calls calls = new Calls(answers, container::map);
            calls.put("no access", IOVA, at, BYTES, 0);
            calls.put("unknown flag", IOVA, at, BYTES, READ_WRITE | UNKNOWN);
            calls.put("address given without one forgotten", IOVA, at, BYTES, VfioType1.MAP_VADDR);
            calls.put("address given with access", IOVA, at, BYTES, READ_WRITE | VfioType1.MAP_VADDR);
            calls.put("no bytes", IOVA, at, 0, READ_WRITE);
            calls.put("one byte", IOVA, at, 1, READ_WRITE);
            calls.put("misaligned iova", IOVA + 1, at, BYTES, READ_WRITE);
            calls.put("misaligned address", IOVA, at + 1, BYTES, READ_WRITE);
            calls.put("iova past 2^64", -PAGE, at, 2 * PAGE, READ_WRITE);
            calls.put("address past 2^64", IOVA, -PAGE, 2 * PAGE, READ_WRITE);
            calls.put("all addresses but a page", 0, at, -PAGE, READ_WRITE);
            calls.put("MSI window", MSI, at, BYTES, READ_WRITE);
            calls.put("into the MSI window", MSI - PAGE, at, 2 * PAGE, READ_WRITE);
            calls.put("page at 2^39", 1L << 39, at, PAGE, READ_WRITE);
            calls.put("page at 2^48", 1L << 48, at, PAGE, READ_WRITE);
            calls.put("hole", IOVA, PAGE, BYTES, READ_WRITE);
            calls.put("last page", -PAGE, at, PAGE, READ_WRITE);
            calls.put("last page again", -PAGE, at, PAGE, READ_WRITE);
            calls.put("good", IOVA, at, BYTES, READ_WRITE);
            calls.put("the same again", IOVA, at, BYTES, READ_WRITE);
            calls.put("its last page again", IOVA + BYTES - PAGE, at, PAGE, READ_WRITE);
            calls.put("around it", IOVA - PAGE, at, BYTES, READ_WRITE);
            calls.put("read only", 2 * IOVA, at, BYTES, VfioType1.MAP_READ);
            calls.put("write only", 3 * IOVA, at, BYTES, VfioType1.MAP_WRITE);
        } finally {
            kernel.munmap(memory);
        }
    }

    static void unmap(Kernel kernel, Map<String, String> answers) throws Exception {
        MemorySegment memory = memory(kernel);
        try (RawContainer container = new RawContainer(kernel)) {
            container.attach(Guest.SECOND_EDU);
            Calls calls = new Calls(answers, (iova, _, bytes, flags) -> container.unmap(iova, bytes, flags));
            Runnable again = () -> answers.put("map before request " + answers.size(),
                    RawSpace.name(container.map(IOVA, memory.address(), BYTES, READ_WRITE)));
            again.run();
            calls.put("nothing there", 2 * IOVA, 0, BYTES, 0);
            calls.put("no bytes", IOVA, 0, 0, 0);
            calls.put("misaligned", IOVA + 1, 0, BYTES, 0);
            calls.put("odd size", IOVA, 0, BYTES + 1, 0);
            calls.put("first page of it", IOVA, 0, PAGE, 0);
            calls.put("last page of it", IOVA + BYTES - PAGE, 0, PAGE, 0);
            calls.put("page within", IOVA + PAGE, 0, PAGE, 0);
            calls.put("past 2^64", -PAGE, 0, 2 * PAGE, 0);
            calls.put("far past 2^64", IOVA, 0, -1L & -PAGE, 0);
            calls.put("unknown flag", IOVA, 0, BYTES, UNKNOWN);
            calls.put("all, with a size", 0, 0, BYTES, VfioType1.UNMAP_ALL);
            calls.put("all, with an iova", IOVA, 0, 0, VfioType1.UNMAP_ALL);
            calls.put("it", IOVA, 0, BYTES, 0);
            again.run();
            calls.put("more than it", IOVA - PAGE, 0, BYTES + 2 * PAGE, 0);
            again.run();
            calls.put("from it to the end of all addresses", IOVA, 0, -IOVA, 0);
            calls.put("upper half", Long.MIN_VALUE, 0, Long.MIN_VALUE, 0);
            calls.put("all addresses but the last page", 0, 0, -PAGE, 0);
            again.run();
            calls.put("all", 0, 0, 0, VfioType1.UNMAP_ALL);
            calls.put("all of nothing", 0, 0, 0, VfioType1.UNMAP_ALL);
        } finally {
            kernel.munmap(memory);
        }
    }

    private static MemorySegment memory(Kernel kernel) throws Exception {
        return kernel.mmap(BYTES, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
    }
}
