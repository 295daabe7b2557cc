package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;
import org.pinion.linux.uapi.IommuIoasIovaRanges;
import org.pinion.linux.uapi.IommuIovaRange;
import org.pinion.linux.uapi.Iommufd;

/** Mapping, copying and unmapping, and which addresses there are. */
@OnEveryIoas
@DisplayName("iommufd_ioas")
class AreaTest extends IoasFixture {

    @Test
    @DisplayName("area")
    void areasAreNeverCutAndNeverOverlap() {
        for (int i = 0; i < 10; i++) {
            Expect.fails(Errno.ENOENT, iommufd.unmap(ioas, i * PAGE, PAGE));
        }
        for (int i = 0; i < 10; i++) {
            map(buffer, PAGE, base + i * PAGE);
        }
        for (int i = 0; i < 10; i++) {
            unmap(base + i * PAGE, PAGE);
        }
        map(buffer, 2 * PAGE, base + 16 * PAGE);
        Expect.fails(Errno.ENOENT, iommufd.unmap(ioas, base + 16 * PAGE, PAGE));
        Expect.fails(Errno.ENOENT, iommufd.unmap(ioas, base + 17 * PAGE, PAGE));
        isTaken(16, 2);
        isTaken(16, 1);
        isTaken(17, 1);
        isTaken(15, 2);
        isTaken(15, 3);
        Expect.equal(2 * PAGE, iommufd.unmapAll(ioas));
        Expect.equal(0, iommufd.unmapAll(ioas));
    }

    private void isTaken(long page, long pages) {
        Expect.fails(Errno.EEXIST, iommufd.mapAt(ioas, buffer, pages * PAGE, base + page * PAGE));
    }

    @Test
    @DisplayName("unmap_fully_contained_areas")
    void unmapTakesWhatLiesInsideAndStopsAtWhatDoesNot() {
        long start = base + 4 * PAGE;
        for (int i = 0; i < 4; i++) {
            map(buffer, 8 * PAGE, start + i * 16 * PAGE);
        }
        Expect.fails(Errno.ENOENT, iommufd.unmap(ioas, start - 4 * PAGE, 8 * PAGE));
        Expect.fails(Errno.ENOENT, iommufd.unmap(ioas, start + (3 * 16 + 8 - 4) * PAGE, 8 * PAGE));
        Expect.equal(32 * PAGE, iommufd.unmap(ioas, start - 4 * PAGE, (3 * 16 + 8 + 4) * PAGE));
    }

    @Test
    @DisplayName("area_auto_iova")
    void addressesAreChosenAlignedUnreservedAndAllowed() {
        chooseAndUnmap(buffer, true, 0, -1L);
        long anywhere = attached() ? buffer : 1L << 31;
        chooseAndUnmap(anywhere, false, 0, -1L);
        Expect.succeeds(mock.reserve(ioas, 4 * PAGE, 100 * PAGE));
        for (long iova : chooseAndUnmap(buffer, false, 0, -1L)) {
            assertThat(iova <= 4 * PAGE || iova >= 104 * PAGE).isTrue();
        }
        Expect.fails(Errno.EADDRINUSE, iommufd.allow(ioas, PAGE, 600 * PAGE));
        long first = attached() ? Mock.APERTURE_START + PAGE : 200 * PAGE;
        long last = (attached() ? Mock.APERTURE_START : 0) + 600 * PAGE - 1;
        Expect.succeeds(iommufd.allow(ioas, first, last));
        chooseAndUnmap(buffer, false, first, last);
    }

    /** Maps ten times, one page each or one more every time, and unmaps it all. */
    private List<Long> chooseAndUnmap(long address, boolean onePage, long first, long last) {
        List<Long> chosen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            long length = onePage ? PAGE : (i + 1) * PAGE;
            long iova = Expect.succeeds(iommufd.map(ioas, address, length));
            assertThat(iova % Long.lowestOneBit(length)).isZero();
            assertThat(Long.compareUnsigned(iova, first) >= 0
                    && Long.compareUnsigned(iova + length - 1, last) <= 0).isTrue();
            chosen.add(iova);
        }
        for (int i = 0; i < 10; i++) {
            unmap(chosen.get(i), onePage ? PAGE : (i + 1) * PAGE);
        }
        return chosen;
    }

    @Test
    @DisplayName("reserved_overflow")
    void whereAlmostAllIsReservedThereIsNoRoom() {
        Expect.succeeds(mock.reserve(ioas, 6, 0xffffffffffff8001L));
        Expect.fails(Errno.ENOSPC, iommufd.map(ioas, buffer, 0x5000));
    }

    @Test
    @DisplayName("area_allowed")
    void whatIsAllowedIsNeverReservedAndTheOtherWayRound() {
        Expect.succeeds(iommufd.allow(ioas, base, base + 600 * PAGE));
        Expect.fails(Errno.EADDRINUSE, mock.reserve(ioas, base + PAGE, PAGE));
        Expect.succeeds(iommufd.allowAll(ioas));
        Expect.succeeds(mock.reserve(ioas, base + PAGE, PAGE));
        Expect.fails(Errno.EADDRINUSE, iommufd.allow(ioas, base, base + 600 * PAGE));
    }

    @Test
    @DisplayName("copy_area")
    void anAreaIsCopiedWithinItsAddressSpaceAndToAnother() {
        map(buffer, PAGE, base);
        Expect.succeeds(iommufd.copy(ioas, ioas, PAGE, base + PAGE, base));
        Expect.succeeds(iommufd.copy(iommufd.ioas(), ioas, PAGE, 0, base));
    }

    @Test
    @DisplayName("copy_sweep")
    void anyPartOfAnAreaCanBeCopiedAndNothingElse() {
        int other = iommufd.ioas();
        long start = Mock.APERTURE_START;
        long last = start + BUFFER_SIZE - (attached() ? 1 : 2);
        map(buffer, last - start + 1, start);
        for (long iova = start - PAGE; iova <= last; iova += 511) {
            int answer = iommufd.copy(other, ioas, Mock.PAGE, start, iova);
            if (iova < start || iova + Mock.PAGE - 1 > last) {
                Expect.fails(Errno.ENOENT, answer);
            } else {
                Expect.succeeds(answer);
                Expect.equal(Mock.PAGE, iommufd.unmap(other, start, Mock.PAGE));
            }
        }
        Expect.succeeds(iommufd.destroy(other));
    }

    @Test
    @DisplayName("iova_ranges")
    void theUsableRangesAreToldAsFarAsThereIsRoom() {
        checkRanges(16, aperture(), 0);
        checkRanges(0, aperture(), Errno.EMSGSIZE.answer());
        Expect.succeeds(mock.reserve(ioas, PAGE, PAGE));
        List<Long> split = List.of(0L, PAGE - 1, 2 * PAGE, -1L);
        checkRanges(16, attached() ? aperture() : split, 0);
        checkRanges(1, attached() ? aperture() : split, attached() ? 0 : Errno.EMSGSIZE.answer());
    }

    private List<Long> aperture() {
        return attached() ? List.of(Mock.APERTURE_START, Mock.APERTURE_LAST) : List.of(0L, -1L);
    }

    private void checkRanges(int room, List<Long> startsAndLasts, int answer) {
        MemorySegment array = arena.allocate(16 * IommuIovaRange.SIZE, 8).fill((byte) 0);
        IommuIoasIovaRanges ranges = IommuIoasIovaRanges.allocate(arena).ioasId(ioas).numIovas(room)
                .allowedIovas(array.address());
        assertThat(iommufd.ioctl(Iommufd.IOAS_IOVA_RANGES, ranges.memory())).isEqualTo(answer);
        assertThat(ranges.numIovas()).isEqualTo(startsAndLasts.size() / 2);
        assertThat(ranges.iovaAlignment()).isEqualTo(attached() ? Mock.PAGE : 1);
        for (int i = 0; i < 16; i++) {
            boolean written = i < Math.min(room, ranges.numIovas());
            IommuIovaRange range = new IommuIovaRange(array.asSlice(i * IommuIovaRange.SIZE, IommuIovaRange.SIZE));
            assertThat(range.start()).isEqualTo(written ? startsAndLasts.get(2 * i) : 0);
            assertThat(range.last()).isEqualTo(written ? startsAndLasts.get(2 * i + 1) : 0);
        }
    }
}
