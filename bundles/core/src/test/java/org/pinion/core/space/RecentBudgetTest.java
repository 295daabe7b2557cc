package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.pinion.api.Budget;
import org.pinion.api.IommuException;

/** The backend is asked about the limit only where the answer may matter, and always where it does. */
class RecentBudgetTest {

    private static final long MUCH = 1000;

    private int asked;
    private OptionalLong limit = OptionalLong.of(MUCH);
    private long locked;
    private OptionalLong entries = OptionalLong.empty();
    private final RecentBudget budget = new RecentBudget(this::ask);

    private Budget ask() {
        asked++;
        return new Budget(limit, locked, entries);
    }

    private void pin(long bytes) throws IommuException {
        budget.require("commit", new PinDemand(0, bytes, 0));
        locked += bytes;
    }

    @Test
    void whatPinsNothingMoreDoesNotAsk() throws IommuException {
        budget.require("commit", new PinDemand(0, 0, 0));
        budget.require("commit", new PinDemand(10, 10, 0));
        budget.require("commit", new PinDemand(10, 0, 0));

        assertThat(asked).isZero();
    }

    @Test
    void smallChangesAskOnceUntilHalfOfWhatWasLeftIsGone() throws IommuException {
        pin(100);
        pin(100);
        pin(100);
        pin(100);
        pin(100);
        assertThat(asked).isEqualTo(1);

        pin(100);
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void mappingsThatPinNothingCountAgainstTheEntries() throws IommuException {
        entries = OptionalLong.of(4);
        budget.require("commit", new PinDemand(0, 0, 2));
        budget.require("commit", new PinDemand(0, 0, 2));
        assertThat(asked).isEqualTo(2);

        entries = OptionalLong.of(0);
        assertThatThrownBy(() -> budget.require("commit", new PinDemand(0, 0, 2)))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("2 in addition, and there is room for 0");
    }

    @Test
    void whatDoesNotFitIsRefusedWithFiguresOfThisMoment() throws IommuException {
        pin(100);
        locked += 700;

        assertThatThrownBy(() -> pin(450))
                .isInstanceOf(IommuException.class)
                .hasMessageContaining("0x1c2 more bytes are to be pinned")
                .hasMessageContaining("leaves 0xc8 of 0x3e8");
        assertThat(asked).isEqualTo(2);
    }

    @Test
    void whatWasRefusedOnceIsAskedAboutAgain() {
        locked = 900;
        assertThatThrownBy(() -> pin(450)).isInstanceOf(IommuException.class);
        assertThatThrownBy(() -> pin(450)).isInstanceOf(IommuException.class);

        assertThat(asked).isEqualTo(2);
    }

    @Test
    void withoutALimitOneAnswerIsGoodForAnySize() throws IommuException {
        limit = OptionalLong.empty();
        pin(100);
        pin(Long.MAX_VALUE / 2);

        assertThat(asked).isEqualTo(1);
    }
}
