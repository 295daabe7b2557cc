package org.pinion.doctor.judge;

import java.util.List;
import org.pinion.api.runtime.Finding;
import org.pinion.api.runtime.Finding.Level;

/** A finding that is being written. */
final class Note {

    private final Level level;
    private final String id;
    private final String subject;
    private String found = "";
    private String source = "";
    private String meaning = "";
    private String remedy = "";
    private List<String> commands = List.of();

    private Note(Level level, String id, String subject) {
        this.level = level;
        this.id = id;
        this.subject = subject;
    }

    static Note of(Level level, String id, String subject) {
        return new Note(level, id, subject);
    }

    Note found(String words) {
        found = words;
        return this;
    }

    Note in(String file) {
        source = file;
        return this;
    }

    Note means(String words) {
        meaning = words;
        return this;
    }

    Note remedy(String words, String... asCommands) {
        return remedy(words, List.of(asCommands));
    }

    Note remedy(String words, List<String> asCommands) {
        remedy = words;
        commands = asCommands;
        return this;
    }

    Finding finding() {
        return new Finding(id, level, subject, found, source, meaning, remedy, commands);
    }
}
