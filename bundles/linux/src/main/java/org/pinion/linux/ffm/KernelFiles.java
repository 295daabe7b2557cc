package org.pinion.linux.ffm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of {@code /sys} and {@code /proc}: small, without a size of their own, and answering to a single write. */
final class KernelFiles {

    private KernelFiles() {}

    /** Bytes that are no UTF-8 (a file may have any name) are replaced, not refused. */
    static String read(String path) throws IOException {
        return new String(Files.readAllBytes(Path.of(path)), StandardCharsets.UTF_8);
    }

    static void write(String path, String content) throws IOException {
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(content);
        int length = bytes.remaining();
        try (SeekableByteChannel channel = Files.newByteChannel(Path.of(path), StandardOpenOption.WRITE)) {
            int written = channel.write(bytes);
            if (written != length) {
                throw new IOException("%s took %d of %d bytes".formatted(path, written, length));
            }
        }
    }

    static List<String> list(String path) throws IOException {
        try (Stream<Path> entries = Files.list(Path.of(path))) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (NoSuchFileException absent) {
            return List.of();
        }
    }

    static Optional<String> linkName(String path) throws IOException {
        try {
            return Optional.of(Files.readSymbolicLink(Path.of(path)).getFileName().toString());
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        }
    }
}
