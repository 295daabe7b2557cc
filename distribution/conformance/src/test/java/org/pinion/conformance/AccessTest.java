package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.pinion.linux.Errno;

/** A driver that reaches memory through an address space without an IOMMU: it pins pages, or reads and writes. */
@OnEveryIoas
@DisplayName("iommufd_ioas")
class AccessTest extends IoasFixture {

    private static final long START = Mock.APERTURE_START;
    private static final int LONGEST = 63;

    private final Random random = new Random(1);

    private int access(int flags) {
        return Expect.id(mock.access(ioas, flags));
    }

    private void close(int access) {
        Expect.succeeds(iommufd.kernel.close(access));
    }

    @Test
    @DisplayName("access_domain_destory")
    void whatADriverPinsStaysWhenAPageTableGoes() {
        MemorySegment huge = memory.hugePages(2 * TestMemory.HUGE_PAGE);
        map(huge.address(), huge.byteSize(), base);
        int access = access(Mock.PINS_PAGES);
        int pinned = Expect.id(mock.pin(access, base + PAGE, PAGE, huge.address() + PAGE));
        if (attached()) {
            Expect.succeeds(iommufd.destroy(device.handle()));
        }
        Expect.succeeds(mock.unpin(access, pinned));
        close(access);
        memory.unmap(huge);
    }

    @Test
    @DisplayName("access_pin")
    void pagesAreSharedBetweenDriversAndPageTables() {
        int access = access(Mock.PINS_PAGES);
        for (long length = PAGE; length < BUFFER_SIZE; length += PAGE) {
            map(buffer, BUFFER_SIZE, START);
            Expect.succeeds(mock.unpin(access, pin(access, length)));
            pinTwice(access, length);
            attachMeanwhile(access, length);
            unmap(START, BUFFER_SIZE);
        }
        close(access);
    }

    private int pin(int access, long length) {
        int pinned = Expect.id(mock.pin(access, START, length, buffer));
        Expect.succeeds(mock.checkPins(buffer, length, 1));
        return pinned;
    }

    private void pinTwice(int access, long length) {
        int first = pin(access, length);
        int second = pin(access, length);
        Expect.succeeds(mock.unpin(access, second));
        Expect.succeeds(mock.unpin(access, first));
    }

    private void attachMeanwhile(int access, long length) {
        int pinned = pin(access, length);
        Mock.Device other = mock.attach(ioas);
        Expect.succeeds(mock.checkMapped(other.pageTable(), START, BUFFER_SIZE, buffer));
        Expect.succeeds(iommufd.destroy(other.handle()));
        Expect.succeeds(mock.unpin(access, pinned));
    }

    @Test
    @DisplayName("access_pin_unmap")
    void unmappingMakesADriverUnpin() {
        int access = access(Mock.PINS_PAGES);
        map(buffer, BUFFER_SIZE, START);
        int pinned = Expect.id(mock.pin(access, START, BUFFER_SIZE, buffer));
        unmap(START, BUFFER_SIZE);
        Expect.fails(Errno.ENOENT, mock.unpin(access, pinned));
        close(access);
    }

    @Test
    @DisplayName("access_rw")
    void aDriverReadsAndWritesAnyBytes() {
        int access = access(0);
        long iova = Expect.succeeds(iommufd.map(ioas, buffer, BUFFER_SIZE));
        checkReadAndWrite(access, iova, 0);
        checkReadAndWrite(access, iova, Mock.SLOW_PATH);
        unmap(iova, BUFFER_SIZE);
        close(access);
    }

    @Test
    @DisplayName("access_rw_unaligned")
    void aDriverReadsAndWritesWhereAddressesAreNotAlignedToPages() {
        int access = access(0);
        long iova = base + Mock.PAGE;
        map(buffer, BUFFER_SIZE, iova);
        checkReadAndWrite(access, iova, 0);
        unmap(iova, BUFFER_SIZE);
        close(access);
    }

    /** Short pieces around the end of the first page, then all at once. */
    private void checkReadAndWrite(int access, long iova, int flags) {
        MemorySegment piece = arena.allocate(BUFFER_SIZE, 8);
        fill(bufferMemory);
        for (long offset = PAGE - 50; offset < PAGE + 50; offset++) {
            for (long length = 1; length <= LONGEST; length++) {
                Expect.succeeds(mock.readOrWrite(access, flags, iova + offset, length, piece.address()));
                checkSame(offset, piece, length);
                fill(piece.asSlice(0, length));
                Expect.succeeds(
                        mock.readOrWrite(access, flags | Mock.WRITE, iova + offset, length, piece.address()));
                checkSame(offset, piece, length);
            }
        }
        Expect.succeeds(mock.readOrWrite(access, flags, iova, BUFFER_SIZE, piece.address()));
        checkSame(0, piece, BUFFER_SIZE);
    }

    private void fill(MemorySegment bytes) {
        byte[] values = new byte[(int) bytes.byteSize()];
        random.nextBytes(values);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, bytes, 0, values.length);
    }

    private void checkSame(long offset, MemorySegment piece, long length) {
        if (bufferMemory.asSlice(offset, length).mismatch(piece.asSlice(0, length)) >= 0) {
            assertThat(piece.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(bufferMemory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }
}
