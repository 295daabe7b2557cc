package org.pinion.source.qemu;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Finds the end of a JSON object in a stream of bytes. QMP does not promise a message on one line (a monitor may be
 * {@code pretty=on}), so braces are counted, those in strings left out. What is no object ends at the line's end, so
 * that whoever talks something else is not waited for.
 */
final class JsonFrame {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int depth;
    private boolean text;
    private boolean escaped;

    /** Takes the next byte; returns whether it completes a message. */
    boolean add(byte next) {
        if (bytes.size() == 0 && (next == ' ' || next == '\r' || next == '\n')) {
            return false;
        }
        bytes.write(next);
        if (text) {
            text = escaped || next != '"';
            escaped = !escaped && next == '\\';
            return false;
        }
        switch (next) {
            case '"' -> text = depth > 0;
            case '{' -> depth++;
            case '}' -> depth--;
            default -> {}
        }
        return depth <= 0 && (next == '}' || next == '\n');
    }

    String take() {
        String message = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        depth = 0;
        return message;
    }
}
