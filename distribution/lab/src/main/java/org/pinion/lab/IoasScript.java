package org.pinion.lab;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.uapi.IommuVfioIoas;
import org.pinion.linux.uapi.Iommufd;
import org.pinion.linux.uapi.VfioIommuType1DmaMap;
import org.pinion.linux.uapi.VfioType1;

/** Requests to an IOAS, the odd ones above all. */
final class IoasScript {

    private static final long PAGE = 0x1000;
    private static final long IOVA = 0x10_0000;
    private static final long BYTES = 16 * PAGE;
    private static final int FIXED = Iommufd.MAP_FIXED_IOVA;
    private static final int READ_WRITE = FIXED | Iommufd.MAP_READABLE | Iommufd.MAP_WRITEABLE;
    private static final int UNKNOWN = 0x80;
    private static final long MSI = 0xfee0_0000L;

    private IoasScript() {}

    static void map(Kernel kernel, Map<String, String> answers) throws Exception {
        MemorySegment memory = memory(kernel);
        long at = memory.address();
        try (RawIoas ioas = new RawIoas(kernel)) {
            ioas.attach(Guest.SECOND_EDU);
            Calls calls = new Calls(answers, ioas::map);
            calls.put("no access", IOVA, at, BYTES, FIXED);
            calls.put("unknown flag", IOVA, at, BYTES, READ_WRITE | UNKNOWN);
            calls.put("no bytes", IOVA, at, 0, READ_WRITE);
            calls.put("one byte", IOVA, at, 1, READ_WRITE);
            calls.put("misaligned iova", IOVA + 1, at, BYTES, READ_WRITE);
            calls.put("misaligned address", IOVA, at + 1, BYTES, READ_WRITE);
            calls.put("iova past 2^64", -PAGE, at, 2 * PAGE, READ_WRITE);
            calls.put("address past 2^64", IOVA, -PAGE, 2 * PAGE, READ_WRITE);
            calls.put("all addresses but a page", 0, at, -PAGE, READ_WRITE);
            calls.put("2^64-1 bytes", 0, at, -1, READ_WRITE);
            calls.put("at 2^64-1", -1, at, PAGE, READ_WRITE);
            calls.put("MSI window", MSI, at, BYTES, READ_WRITE);
            calls.put("into the MSI window", MSI - PAGE, at, 2 * PAGE, READ_WRITE);
            calls.put("page at 2^39", 1L << 39, at, PAGE, READ_WRITE);
            calls.put("page at 2^48", 1L << 48, at, PAGE, READ_WRITE);
            calls.put("hole", IOVA, PAGE, BYTES, READ_WRITE);
            calls.put("last page", -PAGE, at, PAGE, READ_WRITE);
            calls.put("good", IOVA, at, BYTES, READ_WRITE);
            calls.put("the same again", IOVA, at, BYTES, READ_WRITE);
            calls.put("its last page again", IOVA + BYTES - PAGE, at, PAGE, READ_WRITE);
            calls.put("around it", IOVA - PAGE, at, BYTES, READ_WRITE);
            calls.put("read only", 2 * IOVA, at, BYTES, FIXED | Iommufd.MAP_READABLE);
            calls.put("write only", 3 * IOVA, at, BYTES, FIXED | Iommufd.MAP_WRITEABLE);
        } finally {
            kernel.munmap(memory);
        }
    }

    static void unmap(Kernel kernel, Map<String, String> answers) throws Exception {
        MemorySegment memory = memory(kernel);
        try (RawIoas ioas = new RawIoas(kernel)) {
            ioas.attach(Guest.SECOND_EDU);
            Calls calls = new Calls(answers, (iova, _, bytes, _) -> ioas.unmap(iova, bytes));
            Runnable again = () -> answers.put("map before request " + answers.size(),
                    RawSpace.name(ioas.map(IOVA, memory.address(), BYTES, READ_WRITE)));
            again.run();
            calls.put("nothing there", 2 * IOVA, 0, BYTES, 0);
            calls.put("no bytes", IOVA, 0, 0, 0);
            calls.put("misaligned", IOVA + 1, 0, BYTES, 0);
            calls.put("odd size", IOVA, 0, BYTES + 1, 0);
            again.run();
            calls.put("first page of it", IOVA, 0, PAGE, 0);
            calls.put("last page of it", IOVA + BYTES - PAGE, 0, PAGE, 0);
            calls.put("page within", IOVA + PAGE, 0, PAGE, 0);
            calls.put("past 2^64", -PAGE, 0, 2 * PAGE, 0);
            calls.put("far past 2^64", IOVA, 0, -PAGE, 0);
            calls.put("it", IOVA, 0, BYTES, 0);
            again.run();
            calls.put("more than it", IOVA - PAGE, 0, BYTES + 2 * PAGE, 0);
            again.run();
            calls.put("from it to the end of all addresses", IOVA, 0, -IOVA, 0);
            again.run();
            calls.put("all", 0, 0, -1, 0);
            calls.put("all of nothing", 0, 0, -1, 0);
        } finally {
            kernel.munmap(memory);
        }
    }

    /** What a program that knows only containers asks of an iommufd. */
    static void compatible(Kernel kernel, Map<String, String> answers) throws Exception {
        MemorySegment memory = memory(kernel);
        long at = memory.address();
        try (RawIoas ioas = new RawIoas(kernel)) {
            ioas.attach(Guest.SECOND_EDU);
            Calls calls = new Calls(answers, (iova, address, bytes, flags) -> ioas.ioctl(
                    ioas.iommufd(), VfioType1.MAP_DMA, VfioIommuType1DmaMap.allocate(ioas.arena())
                            .flags(flags).vaddr(address).iova(iova).size(bytes)));
            int readWrite = VfioType1.MAP_READ | VfioType1.MAP_WRITE;
            calls.put("without an IOAS for it", IOVA, at, BYTES, readWrite);
            answers.put("an IOAS for it", RawSpace.name(ioas.ioctl(ioas.iommufd(), Iommufd.VFIO_IOAS,
                    IommuVfioIoas.allocate(ioas.arena()).ioasId(ioas.id()).op((short) Iommufd.VFIO_IOAS_SET))));
            calls.put("no access", IOVA, at, BYTES, 0);
            calls.put("address given", IOVA, at, BYTES, VfioType1.MAP_VADDR);
            calls.put("no bytes", 2 * IOVA, at, 0, readWrite);
            calls.put("iova past 2^64", -PAGE, at, 2 * PAGE, readWrite);
            calls.put("MSI window", MSI, at, BYTES, readWrite);
            calls.put("good", 3 * IOVA, at, BYTES, readWrite);
            calls.put("the same again", 3 * IOVA, at, BYTES, readWrite);
        } finally {
            kernel.munmap(memory);
        }
    }

    private static MemorySegment memory(Kernel kernel) throws Exception {
        return kernel.mmap(BYTES, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
    }
}
