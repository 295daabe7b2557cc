package org.pinion.doctor.facts;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.pinion.linux.Errno;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/** The files of a host. What is not there is absent; what is there and cannot be read is absent, and noted. */
final class HostFiles {

    /** Something that may fail, and whose failure is a fact about a file. */
    interface Reading<T> {
        T read() throws IOException;
    }

    private static final int CHUNK = 1 << 16;

    private final Kernel kernel;
    private final Map<String, String> unreadable = new TreeMap<>();

    HostFiles(Kernel kernel) {
        this.kernel = kernel;
    }

    Kernel kernel() {
        return kernel;
    }

    Optional<String> text(String path) {
        return reading(path, () -> kernel.readFile(path));
    }

    /** The content without blanks around it, empty if there is no such file. */
    String word(String path) {
        return text(path).map(String::strip).orElse("");
    }

    List<String> names(String path) {
        return reading(path, () -> kernel.list(path)).orElse(List.of());
    }

    Optional<String> link(String path) {
        return reading(path, () -> kernel.linkName(path)).flatMap(found -> found);
    }

    boolean exists(String path) {
        int slash = path.lastIndexOf('/');
        return names(slash == 0 ? "/" : path.substring(0, slash)).contains(path.substring(slash + 1));
    }

    /** The content of a file that is no text. */
    Optional<byte[]> bytes(String path) {
        int fd = kernel.open(path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        if (fd < 0) {
            Errno errno = Errno.of(-fd);
            if (errno != Errno.ENOENT) {
                unreadable.put(path, errno.text());
            }
            return Optional.empty();
        }
        try {
            return reading(path, () -> all(path, fd));
        } finally {
            kernel.close(fd);
        }
    }

    private byte[] all(String path, int fd) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment chunk = arena.allocate(CHUNK);
            long read;
            while ((read = kernel.pread(fd, chunk, content.size())) > 0) {
                content.writeBytes(chunk.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE));
            }
            if (read < 0) {
                throw new IOException(path + ": " + Errno.of((int) -read).text());
            }
        }
        return content.toByteArray();
    }

    /** What opening a device's file answers; it is closed at once. */
    NodeAccess open(String path) {
        int fd = kernel.open(path, Fcntl.O_RDWR | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
        if (fd < 0) {
            return new NodeAccess(path, Optional.of(Errno.of(-fd)));
        }
        kernel.close(fd);
        return new NodeAccess(path, Optional.empty());
    }

    /** Reads something about a file, notes it if it cannot be read. */
    <T> Optional<T> reading(String path, Reading<T> reading) {
        try {
            return Optional.of(reading.read());
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException failure) {
            unreadable.put(path, words(path, failure));
        } catch (UncheckedIOException failure) {
            unreadable.put(path, words(path, failure.getCause()));
        }
        return Optional.empty();
    }

    List<Unreadable> unreadable() {
        List<Unreadable> all = new ArrayList<>();
        unreadable.forEach((path, why) -> all.add(new Unreadable(path, why)));
        return List.copyOf(all);
    }

    private static String words(String path, IOException failure) {
        if (failure instanceof AccessDeniedException) {
            return "permission denied";
        }
        String words = failure instanceof FileSystemException file ? file.getReason() : failure.getMessage();
        String said = words == null ? failure.getClass().getSimpleName() : words;
        return said.startsWith(path + ": ") ? said.substring(path.length() + 2) : said;
    }
}
