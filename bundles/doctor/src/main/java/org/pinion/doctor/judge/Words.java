package org.pinion.doctor.judge;


import java.util.List;

/** Numbers and lists in words. */
final class Words {

    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

    private Words() {}

    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    /** Ascending numbers, neighbours joined: {@code 1-3, 7}. */
    static String numbers(List<Integer> ascending) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < ascending.size(); i++) {
            boolean begins = i == 0 || ascending.get(i - 1) != ascending.get(i) - 1;
            boolean ends = i == ascending.size() - 1 || ascending.get(i + 1) != ascending.get(i) + 1;
            if (begins) {
                words.append(i == 0 ? "" : ", ").append(ascending.get(i));
            } else if (ends) {
                words.append('-').append(ascending.get(i));
            }
        }
        return words.toString();
    }

    /** A size in the largest unit that needs no fraction. */
    static String size(long bytes) {
        long number = bytes;
        int unit = 0;
        while (number != 0 && number % 1024 == 0 && unit < UNITS.length - 1) {
            number /= 1024;
            unit++;
        }
        return number + " " + UNITS[unit];
    }

}
