package org.pinion.emulator.host;

import java.util.Comparator;
import java.util.List;

/** Finds the known word that somebody probably meant. */
final class DidYouMean {

    private static final int CLOSE = 3;

    private DidYouMean() {}

    /** {@code " did you mean 'reserved'?"}, or nothing if no word is close. */
    static String suggestion(String word, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)))
                .filter(candidate -> distance(word, candidate) < CLOSE)
                .map(" did you mean '%s'?"::formatted)
                .orElse("");
    }

    /** How many letters must be put in, taken out or changed (Levenshtein). */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            above = nextRow(a.charAt(i - 1), b, above, i);
        }
        return above[b.length()];
    }

    private static int[] nextRow(char letter, String b, int[] above, int first) {
        int[] row = new int[above.length];
        row[0] = first;
        for (int j = 1; j < row.length; j++) {
            int changed = above[j - 1] + (letter == b.charAt(j - 1) ? 0 : 1);
            row[j] = Math.min(changed, Math.min(above[j], row[j - 1]) + 1);
        }
        return row;
    }
}
