package org.pinion.core.space;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pinion.core.space.SpaceFixture.device;
import static org.pinion.core.space.SpaceFixture.pages;
import static org.pinion.core.space.SpaceFixture.ram;
import static org.pinion.core.space.SpaceFixture.view;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pinion.api.FlatView;
import org.pinion.api.IommuException;

/** Where every device pins by itself, a page counts once for each, before anything is done. */
class PinsForEachDeviceTest {

    private static final FlatView VIEW = view(ram(pages(0, 4)));

    private final SpaceFixture fixture =
            new SpaceFixture(device("d0", 4096), device("d1", 4096), device("d2", 4096));
    private final Space space = fixture.space;
    private final FakeKernel kernel = fixture.kernel;

    @BeforeEach
    void attachOne() throws IommuException {
        kernel.pinForEachDevice();
        kernel.memlock(OptionalLong.of(6 * 4096), 0);
        space.commit(VIEW);
        space.attach("d0");
    }

    private long forecast(String... with) throws IommuException {
        return space.forecast(VIEW, List.of(with), "d2").newlyPinnedBytes();
    }

    @Test
    void aFurtherDeviceHasAllPinnedOnceMore() throws IommuException {
        assertThat(forecast()).isEqualTo(4 * 4096);
        assertThat(forecast("d1")).isEqualTo(4 * 4096);
        kernel.mediated("d2");
        assertThat(forecast()).isZero();
    }

    @Test
    void aDeviceThatDoesNotFitTheLimitIsRefused() throws IommuException {
        kernel.memlock(OptionalLong.of(7 * 4096), 4 * 4096);
        assertThatThrownBy(() -> space.attach("d1"))
                .hasMessageContaining("0x4000 more bytes are to be pinned")
                .hasMessageContaining("leaves 0x3000 of 0x7000");
        kernel.memlock(OptionalLong.of(8 * 4096), 4 * 4096);
        space.attach("d1");
    }

    @Test
    void aMappingCountsOnceForEachDevice() throws IommuException {
        kernel.memlock(OptionalLong.of(8 * 4096), 4 * 4096);
        space.attach("d1");
        kernel.memlock(OptionalLong.of(15 * 4096), 8 * 4096);
        assertThatThrownBy(() -> space.commit(view(ram(pages(0, 8)))))
                .hasMessageContaining("0x8000 more bytes are to be pinned");
        kernel.memlock(OptionalLong.of(16 * 4096), 8 * 4096);
        space.commit(view(ram(pages(0, 8))));
    }
}
