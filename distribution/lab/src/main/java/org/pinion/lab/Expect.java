package org.pinion.lab;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** What must hold; the message of an {@link AssertionError} says what does not. */
final class Expect {

    private static final int SOON_SECONDS = 10;
    private static final long POLL_NANOS = 100_000_000;

    private Expect() {}

    static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static void equal(String what, Object expected, Object actual) {
        that(Objects.equals(expected, actual), what + ": expected <" + expected + ">, found <" + actual + ">");
    }

    /** It comes to hold within ten seconds: the kernel counts, and writes its log, after the fact. */
    static void soon(String otherwise, Callable<Boolean> holds) throws Exception {
        within(SOON_SECONDS, () -> otherwise, holds);
    }

    static void within(int seconds, Supplier<String> otherwise, Callable<Boolean> holds) throws Exception {
        long start = System.nanoTime();
        while (!holds.call()) {
            that(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds), otherwise.get());
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Each of some words is in a text. */
    static void says(String text, String... words) {
        for (String word : words) {
            that(text.contains(word), "expected the words '" + word + "' in: " + text);
        }
    }

    /** A call throws; answers what. */
    static <E extends Exception> E failure(Class<E> type, Callable<?> call) {
        try {
            Object answer = call.call();
            throw new AssertionError("expected " + type.getSimpleName() + ", and the answer is " + answer);
        } catch (Exception thrown) {
            that(type.isInstance(thrown), "expected " + type.getSimpleName() + ", found " + thrown);
            return type.cast(thrown);
        }
    }
}
