package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;

import org.junit.jupiter.api.Test;
import org.pinion.api.AddressRange;
import org.pinion.api.DirtyLog;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;

class DirtyLogsTest {

    private final SpaceFixture fixture = new SpaceFixture(device("d", 4096));
    private final FakeKernel kernel = fixture.kernel;
    private final Space space = fixture.space;

    @Test
    void tellsWhatWasWrittenOnceInPagesOfTheSizeAskedFor() throws IommuException {
        try (DirtyLog log = space.logDirtyPages()) {
            kernel.write(pages(5, 1));
            assertThat(log.take(pages(0, 16), 4096)).isEqualTo(RangeSet.of(pages(5, 1)));
            assertThat(log.take(pages(0, 16), 4096)).isEqualTo(RangeSet.EMPTY);
            kernel.write(pages(5, 1));
            assertThat(log.take(pages(0, 16), 4 * 4096)).isEqualTo(RangeSet.of(pages(4, 4)));
        }
        assertThat(kernel.tracking()).isFalse();
    }

    @Test
    void keepsWhatLiesOutsideTheRangeForTheNextTime() throws IommuException {
        try (DirtyLog log = space.logDirtyPages()) {
            kernel.write(pages(5, 3));
            assertThat(log.take(pages(6, 1), 4096)).isEqualTo(RangeSet.of(pages(6, 1)));
            assertThat(log.take(pages(0, 16), 4096)).isEqualTo(RangeSet.of(pages(5, 1), pages(7, 1)));
        }
    }

    @Test
    void refusesPagesAndRangesThatDoNotFit() throws IommuException {
        try (DirtyLog log = space.logDirtyPages()) {
            assertThatThrownBy(() -> log.take(pages(0, 1), 2048)).hasMessageContaining("no power of two from 0x1000 up");
            assertThatThrownBy(() -> log.take(pages(0, 3), 0x2000))
                    .hasMessageContaining("does not begin and end with pages of 0x2000 bytes");
            assertThat(log.take(AddressRange.ALL, 4096)).isEqualTo(RangeSet.EMPTY);
        }
    }

    @Test
    void thereIsOneLogAtATimeAndAClosedOneTellsNothing() throws IommuException {
        DirtyLog first = space.logDirtyPages();
        assertThatThrownBy(space::logDirtyPages).hasMessageContaining("they are logged already");
        first.close();
        try (DirtyLog second = space.logDirtyPages()) {
            first.close();
            assertThat(kernel.tracking()).isTrue();
            assertThatThrownBy(() -> first.take(pages(0, 1), 4096)).hasMessageContaining("the log is closed");
            assertThat(second.exact()).isTrue();
        }
    }

    @Test
    void theEndOfTheSpaceEndsTheLog() throws IommuException {
        DirtyLog log = space.logDirtyPages();
        space.close();
        assertThatThrownBy(() -> log.take(pages(0, 1), 4096)).hasMessageContaining("is closed");
        log.close();
        assertThatThrownBy(space::logDirtyPages).hasMessageContaining("is closed");
    }
}
