package org.pinion.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.IommuException;

/** The guard uses threads again, gives up the one that is stuck, and keeps none for plugins that have left. */
class GuardTest {

    private static final Plugin STUCK = new Plugin(PluginKind.POLICY, "stuck", "org.stuck 1.0.0", 1, 0, "");

    private final Guard guard = new Guard(() -> Duration.ofMillis(500));
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void end() {
        release.countDown();
        guard.renew();
    }

    private Thread thread() throws IommuException {
        return guard.run("ask", new Watch(), Thread::currentThread);
    }

    @Test
    void workGoesToAnotherThreadThanTheCallersAndNextTimeToTheSameOne() throws IommuException {
        Thread first = thread();

        assertThat(first).isNotSameAs(Thread.currentThread());
        assertThat(first.isDaemon()).isTrue();
        for (int i = 0; i < 1000; i++) {
            assertThat(thread()).isSameAs(first);
        }
    }

    @Test
    void aThreadThatIsStuckIsGivenUpAndNotUsedAgain() throws IommuException {
        Thread before = thread();
        Watch watch = new Watch();
        assertThatThrownBy(() -> guard.run("plan of 'a'", watch, () -> {
                    watch.enter(STUCK);
                    awaitQuietly();
                    return "late";
                }))
                .isInstanceOf(PluginFailure.class)
                .hasMessage("did not answer within 500 ms");

        assertThat(before.getName()).isEqualTo("plan of 'a' (given up)");
        assertThat(thread()).isNotSameAs(before);
        release.countDown();
        await().until(() -> !before.isAlive());
    }

    /** A plugin that does not even end when it is interrupted. */
    private void awaitQuietly() {
        boolean waiting = true;
        while (waiting) {
            try {
                release.await();
                waiting = false;
            } catch (InterruptedException ignored) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void whenAPluginLeavesThreadsEndThatMayRememberIt() throws IommuException {
        Thread before = thread();
        guard.renew();

        await().until(() -> !before.isAlive());
        assertThat(thread()).isNotSameAs(before);
    }

    @Test
    void aThreadThatWorksWhileAPluginLeavesEndsAfterwards() throws IommuException {
        Thread busy = guard.run("ask", new Watch(), () -> {
            guard.renew();
            return Thread.currentThread();
        });

        await().until(() -> !busy.isAlive());
    }

    @Test
    void whatOneCallerLeavesBehindTheNextDoesNotFind() throws IommuException {
        ClassLoader others = new ClassLoader(null) {};
        Thread first = guard.run("ask", new Watch(), () -> {
            Thread.currentThread().setContextClassLoader(others);
            Thread.currentThread().interrupt();
            return Thread.currentThread();
        });

        assertThat(guard.run("ask", new Watch(), () -> Thread.currentThread().isInterrupted())).isFalse();
        assertThat(guard.run("ask", new Watch(), () -> Thread.currentThread().getContextClassLoader()))
                .isNotSameAs(others);
        assertThat(thread()).isSameAs(first);
    }

    @Test
    void callersAtTheSameTimeHaveThreadsOfTheirOwn() throws InterruptedException {
        Set<Thread> workers = ConcurrentHashMap.newKeySet();
        CountDownLatch together = new CountDownLatch(4);
        Thread[] callers = new Thread[4];
        for (int i = 0; i < callers.length; i++) {
            callers[i] = Thread.ofPlatform().start(() -> {
                try {
                    workers.add(guard.run("ask", new Watch(), () -> {
                        together.countDown();
                        together.await();
                        return Thread.currentThread();
                    }));
                } catch (IommuException failure) {
                    throw new AssertionError(failure);
                }
            });
        }
        for (Thread caller : callers) {
            caller.join();
        }

        assertThat(workers).hasSize(4);
    }
}
