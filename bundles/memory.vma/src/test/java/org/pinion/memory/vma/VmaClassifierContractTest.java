package org.pinion.memory.vma;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Section;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.testkit.ClassifierContract;

/** What every classifier must keep, over memory of this process and over what is none of it. */
class VmaClassifierContractTest extends ClassifierContract {

    private static final int WRITABLE = Mman.PROT_READ | Mman.PROT_WRITE;
    private static final long SIZE = 0x4000;

    private final NativeKernel kernel = new NativeKernel();
    private final MemoryClassifier classifier = new VmaClassifier(kernel);
    private MemorySegment anonymous;
    private MemorySegment readOnly;

    @BeforeEach
    void allocate() throws ErrnoException {
        anonymous = kernel.mmap(SIZE, WRITABLE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        readOnly = kernel.mmap(SIZE, Mman.PROT_READ, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
    }

    @AfterEach
    void free() {
        kernel.munmap(anonymous);
        kernel.munmap(readOnly);
    }

    @Override
    protected MemoryClassifier classifier() {
        return classifier;
    }

    /** What the kernel says of memory lies between sections of which it says nothing. */
    @Override
    protected List<Section> sections() {
        List<Section> sections = new ArrayList<>();
        sections.add(ram(0, new Backing.UserMemory(anonymous.address())));
        sections.addAll(super.sections().stream()
                .filter(section -> Long.compareUnsigned(section.range().start(), SIZE) >= 0)
                .toList());
        sections.add(sections.size() - 1, ram(0x9000000000000000L, new Backing.UserMemory(readOnly.address())));
        return List.copyOf(sections);
    }

    private static Section ram(long start, Backing backing) {
        return Section.ram(AddressRange.ofSize(start, SIZE), backing, "ram");
    }
}
