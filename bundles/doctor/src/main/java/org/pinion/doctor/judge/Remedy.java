package org.pinion.doctor.judge;

import java.util.List;

/**
 * What helps.
 *
 * @param words as a sentence
 * @param commands as commands for a root shell
 */
record Remedy(String words, List<String> commands) {

    static Remedy of(String words, String... commands) {
        return new Remedy(words, List.of(commands));
    }
}
