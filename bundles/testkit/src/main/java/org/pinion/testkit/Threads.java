package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The same question asked by several threads at a time. */
final class Threads {

    private static final int COUNT = 4;
    private static final int ROUNDS = 5;

    private Threads() {}

    /** Asks, and fails unless all threads get the answer that one alone gets. */
    static void agree(Callable<?> question) {
        try (ExecutorService threads = Executors.newFixedThreadPool(COUNT)) {
            Object alone = question.call();
            List<? extends Future<?>> answers = threads.invokeAll(Collections.nCopies(COUNT * ROUNDS, question));
            for (Future<?> answer : answers) {
                assertThat(answer.get()).as("the answer among others").isEqualTo(alone);
            }
        } catch (ExecutionException failure) {
            throw new AssertionError("among others: " + failure.getCause(), failure.getCause());
        } catch (Exception failure) {
            throw new AssertionError(failure.toString(), failure);
        }
    }
}
