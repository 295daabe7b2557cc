package org.pinion.memory.vma;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.AccessDeniedException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.linux.ErrnoException;
import org.pinion.linux.Kernel;
import org.pinion.linux.Mman;
import org.pinion.linux.ffm.NativeKernel;

/** The classifier over the memory of the process that the test runs in, and over files that cannot be read. */
class VmaClassifierTest {

    private final NativeKernel machine = new NativeKernel();
    private final List<String> read = new ArrayList<>();
    private final Map<String, String> contents = new HashMap<>();
    private final VmaClassifier classifier = new VmaClassifier((Kernel) Proxy.newProxyInstance(
            Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, (proxy, method, arguments) ->
                    call(method, arguments)));

    private Object call(Method method, Object[] arguments) throws Throwable {
        if (!method.getName().equals("readFile")) {
            return method.invoke(machine, arguments);
        }
        String path = (String) arguments[0];
        read.add(path);
        if (!contents.containsKey(path)) {
            return machine.readFile(path);
        } else if (contents.get(path) == null) {
            throw new AccessDeniedException(path);
        }
        return contents.get(path);
    }

    private static Section section(long start, long size, Backing backing) {
        return Section.ram(AddressRange.ofSize(start, size), backing, "ram");
    }

    private static List<String> said(Iterable<Trait> traits) {
        List<String> said = new ArrayList<>();
        traits.forEach(trait -> said.add(trait.range() + " " + trait.label()));
        return said;
    }

    @Test
    void anonymousMemoryOfThisProcessIsGupAble() throws Exception {
        MemorySegment memory = machine.mmap(
                8192, Mman.PROT_READ | Mman.PROT_WRITE, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
        List<Section> sections = List.of(section(0x1000, 8192, new Backing.UserMemory(memory.address())));
        assertThat(said(classifier.classify(sections))).containsExactly("0x1000-0x2fff gup-able");
        machine.munmap(memory);
        assertThat(said(classifier.classify(sections))).doesNotContain("0x1000-0x2fff gup-able");
    }

    @Test
    void aMemfdMappedForReadingIsGupAbleAndReadOnly() throws Exception {
        int fd = ErrnoException.check("memfd_create", machine.memfdCreate("guest ram", Mman.MFD_CLOEXEC));
        ErrnoException.check("ftruncate", machine.ftruncate(fd, 4096));
        MemorySegment memory = machine.mmap(4096, Mman.PROT_READ, Mman.MAP_SHARED, fd, 0);
        List<Section> sections = List.of(section(0, 4096, new Backing.MemoryFile(fd, 0, memory.address())));
        assertThat(said(classifier.classify(sections)))
                .containsExactlyInAnyOrder("0x0-0xfff gup-able", "0x0-0xfff read-only");
        machine.munmap(memory);
        machine.close(fd);
    }

    @Test
    void theFilesAreReadOnceForAllSections() throws Exception {
        classifier.classify(List.of(
                section(0, 4096, new Backing.UserMemory(0x1000)),
                section(4096, 4096, new Backing.UserMemory(0x2000))));
        assertThat(read).containsExactly("/proc/self/smaps", "/proc/self/mountinfo");
    }

    @Test
    void sectionsWithoutAnAddressInThisProcessGetNoTraitAndNothingIsRead() throws Exception {
        assertThat(classifier.classify(List.of(
                        section(0, 4096, new Backing.MemoryFile(5, 0, 0)),
                        section(0x1000, 4096, new Backing.DmaBuf(6, 0)),
                        section(0x2000, 4096, new Backing.DeviceBar("0000:00:10.0", 0, 0)),
                        section(0x3000, 4096, new Backing.Remote("pc.ram", 0)),
                        section(0x4000, 4096, Backing.NONE))))
                .isEmpty();
        assertThat(read).isEmpty();
    }

    @Test
    void aFileThatCannotBeReadIsSaidWithWhatToDo() {
        contents.put("/proc/self/smaps", null);
        assertThatThrownBy(() -> classifier.classify(List.of(section(0, 4096, new Backing.UserMemory(0x1000)))))
                .isInstanceOf(IommuException.class)
                .hasMessage("classify memory by /proc/self/smaps: it cannot be read (/proc/self/smaps: permission"
                        + " denied); remedy: mount /proc, and allow this process to read it")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aFileThatIsCutShortIsNotTakenForLess() {
        contents.put("/proc/self/smaps", "1000-2000 rw-p 00000000 00:00 0\nSize: 4 kB\n");
        assertThatThrownBy(() -> classifier.classify(List.of(section(0, 4096, new Backing.UserMemory(0x1000)))))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("line 2")
                .hasMessageContaining("VmFlags");
    }

    @Test
    void mountsThatCannotBeReadMakeItCautious() throws Exception {
        contents.put("/proc/self/smaps", Smaps.text("1000-2000 rw-s 00000000 00:18 7 /run/guest", 4, "rd wr sh"));
        contents.put("/proc/self/mountinfo", "");
        List<Section> sections = List.of(section(0, 4096, new Backing.UserMemory(0x1000)));
        assertThat(said(classifier.classify(sections))).containsExactly("0x0-0xfff file-writeback");
        contents.put("/proc/self/mountinfo", null);
        assertThat(said(classifier.classify(sections))).containsExactly("0x0-0xfff file-writeback");
        contents.put("/proc/self/mountinfo", "30 1 0:24 / /run rw - tmpfs tmpfs rw\n");
        assertThat(said(classifier.classify(sections))).containsExactly("0x0-0xfff gup-able");
    }
}
