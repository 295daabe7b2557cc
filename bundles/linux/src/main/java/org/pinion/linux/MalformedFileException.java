package org.pinion.linux;

import java.io.IOException;

/** A file of the kernel, or a copy of one, that does not have the format it should have. */
public class MalformedFileException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * @param file the file's path
     * @param line the line's number, from 1
     * @param content what stands there
     * @param expected what should stand there, in words
     */
    public MalformedFileException(String file, int line, String content, String expected) {
        super("%s, line %d: expected %s, found '%s'".formatted(file, line, expected, content));
    }
}
