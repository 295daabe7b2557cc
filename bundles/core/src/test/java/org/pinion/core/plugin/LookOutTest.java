package org.pinion.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Looking out for another thread ends when it has come or after a while, and does not begin on one processor. */
class LookOutTest {

    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void endsWhenTheOtherHasCome() {
        long later = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        new LookOut(2).until(() -> looks.incrementAndGet() == 1000, later);

        assertThat(looks).hasValue(1000);
    }

    @Test
    void endsWhenItTakesLong() {
        long since = System.nanoTime();
        new LookOut(2).until(() -> looks.incrementAndGet() == 0, since);

        assertThat(System.nanoTime() - since).isGreaterThanOrEqualTo(LookOut.NANOS);
    }

    @Test
    void doesNotBeginWhereTheOtherCannotRunMeanwhile() {
        new LookOut(1).until(() -> looks.incrementAndGet() == 0, System.nanoTime());

        assertThat(looks).hasValue(0);
    }
}
