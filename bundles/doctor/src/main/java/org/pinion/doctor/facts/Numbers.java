package org.pinion.doctor.facts;

import org.pinion.linux.MalformedFileException;

/** Numbers in files of one line. */
final class Numbers {

    private Numbers() {}

    static long decimal(String file, String content) throws MalformedFileException {
        try {
            return content.isEmpty() ? 0 : Long.parseLong(content);
        } catch (NumberFormatException notANumber) {
            throw new MalformedFileException(file, 1, content, "a number");
        }
    }
}
