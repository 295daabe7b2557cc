package org.pinion.linux.procfs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinion.linux.MalformedFileException;

/**
 * Reads {@code mountinfo} (Documentation/filesystems/proc.rst, 3.5): a number of optional fields ends with a single
 * dash.
 */
final class MountInfoText {

    private static final Pattern LINE =
            Pattern.compile("\\d+ \\d+ (\\d+):(\\d+) \\S+ (\\S+) \\S+(?: \\S+)*? - (\\S+)(?: .*)?");
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    private MountInfoText() {}

    static List<Mount> parse(String file, String text) throws MalformedFileException {
        List<Mount> mounts = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            mounts.add(mount(file, number, line));
        }
        return List.copyOf(mounts);
    }

    private static Mount mount(String file, int number, String line) throws MalformedFileException {
        MatchResult fields = LINE.matcher(line).results().findFirst().orElse(null);
        if (fields == null) {
            throw malformed(file, number, line);
        }
        try {
            return new Mount(
                    Integer.parseInt(fields.group(1)),
                    Integer.parseInt(fields.group(2)),
                    unescape(fields.group(3)),
                    fields.group(4));
        } catch (NumberFormatException tooLarge) {
            throw malformed(file, number, line);
        }
    }

    private static MalformedFileException malformed(String file, int number, String line) {
        return new MalformedFileException(file, number, line, "'ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS - TYPE'");
    }

    /** The kernel writes a blank, tab, newline and backslash of a path as three octal digits. */
    private static String unescape(String path) {
        return OCTAL.matcher(path).replaceAll(escape ->
                Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(escape.group(1), 8))));
    }
}
