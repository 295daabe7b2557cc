package org.pinion.laws;

/** How much is tried, and from which seed on; {@code pinion.laws.histories} and {@code pinion.laws.seed} say. */
final class Runs {

    private Runs() {}

    static long histories() {
        return Long.getLong("pinion.laws.histories", 100_000);
    }

    static long seed() {
        long given = Long.getLong("pinion.laws.seed", 0);
        return given == 0 ? System.nanoTime() : given;
    }

    static void report(String law, String tried, long seed) {
        System.out.printf("%s: %s, -Dpinion.laws.seed=%d%n", law, tried, seed);
    }
}
