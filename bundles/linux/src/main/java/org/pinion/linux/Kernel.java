package org.pinion.linux;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The system calls and files of a Linux kernel that a backend needs, an OSGi service with the property
 * {@value #TYPE_PROPERTY}.
 *
 * <p>Calls answer as the raw system call does: a value of 0 or more, or a negated error number (see {@link Errno});
 * they throw only what is a mistake of the caller in Java. Pointers inside arguments are addresses of this process.
 * Every method may be called from any thread.
 */
@ProviderType
public interface Kernel {

    /** The service property that says which kernel it is: {@value #NATIVE} or {@value #EMULATED}. */
    String TYPE_PROPERTY = "org.pinion.kernel.type";

    /** The kernel of the machine. */
    String NATIVE = "native";

    /** A kernel emulated in Java. */
    String EMULATED = "emulated";

    /** {@return {@value #NATIVE} or {@value #EMULATED}} */
    String type();

    /** {@return which kernel this is, for people, such as {@code Linux 7.3.4}} */
    String description();

    /**
     * {@code open(2)}.
     *
     * @param path the file
     * @param flags see {@link Fcntl}
     * @return a file descriptor, or a negated error number
     */
    int open(String path, int flags);

    /**
     * {@code close(2)}.
     *
     * @param fd a file descriptor
     * @return 0, or a negated error number
     */
    int close(int fd);

    /**
     * {@code ioctl(2)} with a structure.
     *
     * @param fd a file descriptor
     * @param request the request's number, such as 0x3b81
     * @param argument the structure; the kernel may read and write it
     * @return what the ioctl returns, or a negated error number
     */
    int ioctl(int fd, int request, MemorySegment argument);

    /**
     * {@code ioctl(2)} with a number in place of a pointer.
     *
     * @param fd a file descriptor
     * @param request the request's number
     * @param argument the number
     * @return what the ioctl returns, or a negated error number
     */
    int ioctl(int fd, int request, long argument);

    /**
     * {@code mmap(2)} at an address of the kernel's choice.
     *
     * @param length bytes, at least 1
     * @param protection see {@link Mman}
     * @param flags see {@link Mman}
     * @param fd the file, -1 for anonymous memory
     * @param offset where in the file, bytes
     * @return the memory, of exactly {@code length} bytes, usable from any thread until {@link #munmap}
     * @throws ErrnoException if the kernel refuses
     */
    MemorySegment mmap(long length, int protection, int flags, int fd, long offset) throws ErrnoException;

    /**
     * {@code munmap(2)} of all that one {@link #mmap} returned. The segment must not be used any more.
     *
     * @param memory what mmap returned
     * @return 0, or a negated error number
     */
    int munmap(MemorySegment memory);

    /**
     * {@code madvise(2)}.
     *
     * @param memory what mmap returned, or whole pages of it
     * @param advice see {@link Mman}
     * @return 0, or a negated error number: {@code EINVAL} if the kernel does not know the advice, {@code ENOSYS} if it
     *     takes none
     */
    default int madvise(MemorySegment memory, int advice) {
        return Errno.ENOSYS.answer();
    }

    /**
     * {@link #close} for those who know no kernel, and must not depend on whoever asks for this.
     *
     * @return closes the file descriptor that it is given
     */
    default IntUnaryOperator closer() {
        return this::close;
    }

    /**
     * {@link #munmap} for those who know no kernel, and must not depend on whoever asks for this.
     *
     * @return unmaps the memory that it is given
     */
    default ToIntFunction<MemorySegment> unmapper() {
        return this::munmap;
    }

    /**
     * {@code pread(2)}.
     *
     * @param fd a file descriptor
     * @param into takes the bytes
     * @param offset where in the file, bytes
     * @return bytes read, or a negated error number
     */
    long pread(int fd, MemorySegment into, long offset);

    /**
     * {@code pwrite(2)}.
     *
     * @param fd a file descriptor
     * @param from the bytes
     * @param offset where in the file, bytes
     * @return bytes written, or a negated error number
     */
    long pwrite(int fd, MemorySegment from, long offset);

    /**
     * {@code memfd_create(2)}.
     *
     * @param name shows up as {@code /memfd:NAME}
     * @param flags see {@link Mman}
     * @return a file descriptor, or a negated error number
     */
    int memfdCreate(String name, int flags);

    /**
     * {@code ftruncate(2)}.
     *
     * @param fd a file descriptor
     * @param length bytes
     * @return 0, or a negated error number
     */
    int ftruncate(int fd, long length);

    /**
     * {@code eventfd(2)}.
     *
     * @param initial the counter's first value
     * @param flags 0, or {@link Fcntl#O_CLOEXEC}, {@link Fcntl#O_NONBLOCK}
     * @return a file descriptor, or a negated error number
     */
    int eventfd(int initial, int flags);

    /**
     * {@code read(2)}, for files without a position such as an eventfd.
     *
     * @param fd a file descriptor
     * @param into takes the bytes
     * @return bytes read, or a negated error number
     */
    long read(int fd, MemorySegment into);

    /**
     * {@code write(2)}, for files without a position such as a queue of page faults.
     *
     * @param fd a file descriptor
     * @param from the bytes
     * @return bytes written, or a negated error number; ENOSYS from a kernel that does not have it
     */
    default long write(int fd, MemorySegment from) {
        return Errno.ENOSYS.answer();
    }

    /**
     * {@code poll(2)} of one file for reading.
     *
     * @param fd a file descriptor
     * @param millis how long to wait at most; 0 does not wait
     * @return 1 if it can be read, or the answer would be an error; 0 if the time has passed; or a negated error number
     */
    int poll(int fd, int millis);

    /** {@return bytes of a page, a power of two} */
    long pageSize();

    /**
     * Reads a small file of {@code /sys} or {@code /proc}.
     *
     * @param path its absolute path
     * @return its content
     * @throws IOException if it does not exist ({@link java.nio.file.NoSuchFileException}) or cannot be read
     */
    String readFile(String path) throws IOException;

    /**
     * Writes a file of {@code /sys} or {@code /proc}.
     *
     * @param path its absolute path
     * @param content what to write, in one {@code write(2)}
     * @throws IOException if it does not exist or does not take it
     */
    void writeFile(String path, String content) throws IOException;

    /**
     * Lists a directory.
     *
     * @param path its absolute path
     * @return the names in it, sorted; empty if there is no such directory
     * @throws IOException if it cannot be read
     */
    List<String> list(String path) throws IOException;

    /**
     * The last name of what a symbolic link points to, which is what links in {@code /sys} mean.
     *
     * @param path its absolute path
     * @return the name, such as {@code vfio-pci} for a device's {@code driver}; empty if there is no such link
     * @throws IOException if it cannot be read
     */
    Optional<String> linkName(String path) throws IOException;
}
