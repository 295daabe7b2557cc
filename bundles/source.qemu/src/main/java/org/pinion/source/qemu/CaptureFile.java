package org.pinion.source.qemu;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.pinion.api.IommuException;

/** Reads a file whole, as bytes, and decodes it strictly: a capture is text or it is refused. */
final class CaptureFile {

    /** More than a million sections with owners need; beyond, somebody named the wrong file. */
    static final int LIMIT = 512 << 20;

    private CaptureFile() {}

    static String read(String name, String remedy) throws IommuException {
        Place place = Place.of(name);
        byte[] bytes = bytes(name, place);
        if (bytes.length == 0) {
            throw place.fault("the file is empty", remedy);
        }
        if (bytes.length > LIMIT) {
            throw place.fault("the file is larger than " + (LIMIT >> 20) + " MiB", remedy);
        }
        return decode(bytes, place, remedy);
    }

    private static byte[] bytes(String name, Place place) throws IommuException {
        try {
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                throw place.fault("it is a directory", "name the file itself");
            }
            try (InputStream in = Files.newInputStream(path)) {
                return in.readNBytes(LIMIT + 1);
            }
        } catch (NoSuchFileException | InvalidPathException e) {
            throw place.fault(
                    "there is no such file", "check the path; relative paths start at the working directory", e);
        } catch (AccessDeniedException e) {
            throw place.fault("this process may not read it", "give it read permission, or run as its owner", e);
        } catch (IOException e) {
            throw place.fault("it cannot be read: " + e.getMessage(), "check the file and its file system", e);
        }
    }

    /** A NUL is legal UTF-8 and never part of a capture: it is what gives a binary file away. */
    private static String decode(byte[] bytes, Place place, String remedy) throws IommuException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                throw binary(place, bytes, i, remedy);
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(in).toString();
        } catch (CharacterCodingException _) {
            throw binary(place, bytes, in.position(), remedy);
        }
    }

    private static IommuException binary(Place place, byte[] bytes, int offset, String remedy) {
        int line = 1;
        for (int i = 0; i < offset; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return place.at(line)
                .fault("the file is not text: byte 0x%02x at offset %d".formatted(bytes[offset], offset), remedy);
    }
}
