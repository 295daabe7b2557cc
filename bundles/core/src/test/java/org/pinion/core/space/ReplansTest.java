package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.view;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.IommuException;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** A plan that nobody asked for is made in the end, whoever has the turn when it is to be made. */
@Timeout(60)
class ReplansTest {

    private static final MappingPolicy NOTHING = _ -> Verdict.skip("nothing", "nothing is mapped any more");

    private final SpaceFixture fixture = new SpaceFixture();
    private final Space space = fixture.space;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch end = new CountDownLatch(1);

    /** Keeps the turn while it plans by the policy that was there when it began. */
    private CompletableFuture<Void> keepTurn() throws InterruptedException {
        fixture.policy = candidate -> {
            begun.countDown();
            awaitQuietly(end);
            return SpaceFixture.MAP_MEMORY.decide(candidate);
        };
        CompletableFuture<Void> writer = CompletableFuture.runAsync(this::commit);
        begun.await();
        return writer;
    }

    private void commit() {
        try {
            space.commit(view(ram(pages(0, 4))));
        } catch (IommuException failure) {
            throw new CompletionException(failure);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void whatHadNoTurnIsPendingUntilTheWriterEndsAndThenMadeUpFor() throws Exception {
        var writer = keepTurn();
        fixture.patience = Duration.ofMillis(20);
        fixture.policy = NOTHING;
        space.replan("policy 'test' changed");

        assertThat(space.snapshot().pending()).hasValueSatisfying(pending -> {
            assertThat(pending.cause()).isEqualTo("policy 'test' changed");
            assertThat(pending.reason()).contains("address space 'guest' is busy", "commit of 'view'");
        });
        assertThat(fixture.events).containsExactly("PENDING policy 'test' changed");

        end.countDown();
        writer.get(10, TimeUnit.SECONDS);
        assertThat(fixture.kernel.entries()).isEmpty();
        assertThat(space.snapshot().table()).isEmpty();
        assertThat(space.snapshot().pending()).isEmpty();
        assertThat(fixture.events).endsWith("CHANGED commit of 'view'", "CHANGED policy 'test' changed");
    }

    @Test
    void whatHadNoTurnIsMadeUpForByWhoeverOnlyLooks() throws Exception {
        commit();
        CompletableFuture<Void> looker = CompletableFuture.runAsync(() -> {
            fixture.policy = candidate -> {
                begun.countDown();
                awaitQuietly(end);
                return SpaceFixture.MAP_MEMORY.decide(candidate);
            };
            try {
                space.preview(view(ram(pages(0, 4))), List.of());
            } catch (IommuException failure) {
                throw new CompletionException(failure);
            }
        });
        begun.await();
        fixture.patience = Duration.ofMillis(20);
        fixture.policy = NOTHING;
        space.replan("policy 'test' changed");
        assertThat(space.snapshot().table()).hasSize(1);

        end.countDown();
        looker.get(10, TimeUnit.SECONDS);
        assertThat(space.snapshot().table()).isEmpty();
        assertThat(space.snapshot().pending()).isEmpty();
    }
}
