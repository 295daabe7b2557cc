package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.errno;

import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

class FreeIovaTest {

    private static final long HUGE = 2 << 20;

    private final Process process = Process.onLab();
    private final int ioas = process.ioas();

    private long map(long va, long length) {
        return process.mapAnywhere(ioas, va, length);
    }

    @Test
    void theLowestHoleIsTakenButNeverZero() {
        assertThat(map(0x10001000, PAGE)).isEqualTo(PAGE);
        assertThat(map(0x10001000, PAGE)).isEqualTo(2 * PAGE);
        process.unmap(ioas, PAGE, PAGE);
        assertThat(map(0x10001000, PAGE)).isEqualTo(PAGE);
    }

    @Test
    void theAlignmentOfTheMemoryIsKeptUpToAHugePage() {
        assertThat(map(8 * HUGE, 4 * HUGE)).isEqualTo(HUGE);
        assertThat(map(8 * HUGE, 3 * PAGE)).isEqualTo(4 * PAGE);
        assertThat(map(8 * HUGE + 2 * PAGE, 8 * PAGE)).isEqualTo(8 * PAGE);
        assertThat(map(0, 2 * PAGE)).isEqualTo(2 * PAGE);
    }

    @Test
    void thePlaceInThePageIsKept() {
        assertThat(map(0x10000123, 5)).isEqualTo(PAGE + 0x123);
    }

    @Test
    void whatLiesBeforeTheFirstPlaceThatWouldDoDoesNotMoveIt() {
        assertThat(map(0, 0x772)).isEqualTo(PAGE);
        assertThat(map(0x10000952, PAGE)).isEqualTo(PAGE + 0x952);
    }

    @Test
    void holesAmongMappingsAndReservationsAreFound() {
        process.attached(0, ioas);
        long va = process.memory(4 * PAGE).address();
        process.allow(ioas, 0xfedff000L, 0xfedfffffL, 0xfef00000L, 0xfef03fffL);
        assertThat(map(va, PAGE)).isEqualTo(0xfedff000L);
        assertThat(map(va, PAGE)).isEqualTo(0xfef00000L);
        process.map(ioas, va, PAGE, 0xfef02000L);
        assertThat(map(va, PAGE)).isEqualTo(0xfef01000L);
        assertThat(errno(map(va, 2 * PAGE))).isEqualTo(Errno.ENOSPC);
        assertThat(map(va, PAGE)).isEqualTo(0xfef03000L);
        assertThat(errno(map(va, PAGE))).isEqualTo(Errno.ENOSPC);
    }

    @Test
    void theLastPageIsNeverTaken() {
        process.allow(ioas, -2L * PAGE, -1L);
        assertThat(map(0x10000000, PAGE)).isEqualTo(-2L * PAGE);
        assertThat(errno(map(0x10000000, PAGE))).isEqualTo(Errno.ENOSPC);
    }

    @Test
    void halfOfAllThereIsTooMuch() {
        assertThat(errno(map(0, Long.MAX_VALUE))).isEqualTo(Errno.EOVERFLOW);
        assertThat(errno(map(0, 0))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void aCopyIsPlacedAsItsFirstPieceWantsIt() {
        process.map(ioas, 8 * HUGE, 2 * HUGE, 16 * HUGE);
        int other = process.ioas();
        assertThat(process.copy(other, ioas, Process.RW, 2 * HUGE, 0, 16 * HUGE)).isZero();
        assertThat(process.unmap(other, HUGE, 2 * HUGE)).isEqualTo(2 * HUGE);
    }
}
