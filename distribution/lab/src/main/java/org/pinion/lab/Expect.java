package org.pinion.lab;

import java.util.Objects;
import java.util.concurrent.Callable;

/** What must hold; the message of an {@link AssertionError} says what does not. */
final class Expect {

    private Expect() {}

    static void that(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    static void equal(String what, Object expected, Object actual) {
        that(Objects.equals(expected, actual), what + ": expected <" + expected + ">, found <" + actual + ">");
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
