package org.pinion.memory.vma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.LongPredicate;
import org.pinion.linux.Errno;
import org.pinion.linux.Kernel;

/** A kernel with one file of {@code /proc/self}, and pages of 4 KiB. */
final class FakeFile {

    private static final int FD = 7;
    private static final long GUARD = 1L << 58;
    private static final long PRESENT = 1L << 63;

    private final String path;
    private final LongPredicate present;
    private int advice = Errno.ENOSYS.answer();
    private int mapped;
    private int reads;
    private boolean open;

    private FakeFile(String path, LongPredicate present) {
        this.path = path;
        this.present = present;
    }

    /** A file of some bytes. */
    static FakeFile ofSize(String path, long size) {
        return new FakeFile(path, offset -> offset < size);
    }

    /** A page map in which some pages are guard pages. */
    static FakeFile pagemap(LongPredicate guarded) {
        return new FakeFile("/proc/self/pagemap", guarded);
    }

    /** The same with a kernel that does not know guard pages. */
    FakeFile withoutGuards() {
        advice = Errno.EINVAL.answer();
        return this;
    }

    /** How many pages are mapped. */
    int mapped() {
        return mapped;
    }

    int reads() {
        return reads;
    }

    boolean isOpen() {
        return open;
    }

    Kernel kernel() {
        return (Kernel) Proxy.newProxyInstance(
                Kernel.class.getClassLoader(), new Class<?>[] {Kernel.class}, this::call);
    }

    private Object call(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "pageSize" -> 4096L;
            case "open" -> open((String) arguments[0]);
            case "close" -> {
                open = false;
                yield 0;
            }
            case "mmap" -> {
                mapped++;
                yield MemorySegment.NULL.reinterpret((long) arguments[0]);
            }
            case "madvise" -> advice;
            case "munmap" -> {
                mapped--;
                yield 0;
            }
            case "ioctl" -> Errno.ENOTTY.answer();
            case "pread" -> read((MemorySegment) arguments[1], (long) arguments[2]);
            default -> throw new AssertionError(method);
        };
    }

    private int open(String wanted) {
        open = wanted.equals(path);
        return open ? FD : Errno.EPERM.answer();
    }

    private long read(MemorySegment into, long offset) {
        reads++;
        if (into.byteSize() == 1) {
            return present.test(offset) ? 1 : 0;
        }
        for (long i = 0; i < into.byteSize() / Long.BYTES; i++) {
            into.setAtIndex(ValueLayout.JAVA_LONG, i, present.test(offset / Long.BYTES + i) ? GUARD : PRESENT);
        }
        return into.byteSize();
    }
}
