package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;

import org.junit.jupiter.api.Test;

class ManyMappingsTest {

    private static final int MILLION = 1_000_000;

    @Test
    void aMillionMappingsLiveInOneAddressSpace() throws Exception {
        Process process = Process.onLab();
        int ioas = process.ioas();
        process.attached(0, ioas);
        long va = process.memory((long) MILLION * PAGE).address();
        for (int i = 0; i < MILLION; i++) {
            int scattered = (int) (i * 7919L % MILLION);
            if (process.map(ioas, va + (long) i * PAGE, PAGE, (1L << 32) + 2L * scattered * PAGE) != 0) {
                throw new AssertionError("map number " + i);
            }
        }
        assertThat(process.pinnedKilobytes()).isEqualTo(4L * MILLION);
        assertThat(process.unmap(ioas, 1L << 32, PAGE)).isEqualTo(PAGE);
        assertThat(process.unmap(ioas, 0, -1L)).isEqualTo((MILLION - 1L) * PAGE);
    }
}
