package org.pinion.shell.report;

/** Writes how many there are of something. */
final class Counted {

    private Counted() {}

    /** {@return such as "1 range" or "2 ranges"} */
    static String of(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    /** {@return such as "no warnings"} */
    static String orNo(long number, String noun) {
        return number == 0 ? "no " + noun + "s" : of(number, noun);
    }
}
