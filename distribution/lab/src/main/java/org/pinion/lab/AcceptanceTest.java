package org.pinion.lab;

/**
 * A test.
 *
 * @param name its name, with the backend behind an {@code @} if it is run once for each
 * @param shows what it shows, for people
 * @param body what it does
 */
record AcceptanceTest(String name, String shows, Body body) {

    /** What a test does; it throws if it does not hold. */
    @FunctionalInterface
    interface Body {
        void run(Lab lab) throws Exception;
    }

    /** What a test does with one backend. */
    @FunctionalInterface
    interface BackendBody {
        void run(Lab lab, String backend) throws Exception;
    }

    static AcceptanceTest on(String backend, String name, String shows, BackendBody body) {
        return new AcceptanceTest(name + "@" + backend, shows, lab -> body.run(lab, backend));
    }
}
