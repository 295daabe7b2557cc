package org.pinion.conformance;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;

/** What every test has: an iommufd, memory, and the check that nothing of it stays pinned. */
abstract class IommufdFixture {

    static final long PAGE = TestMemory.PAGE;
    static final long BUFFER_SIZE = 16 * PAGE;

    final OpenIommufd iommufd = new OpenIommufd();
    final Mock mock = new Mock(iommufd);
    final TestMemory memory = new TestMemory();
    final MemorySegment bufferMemory = memory.pages(BUFFER_SIZE);
    final long buffer = bufferMemory.address();
    final Arena arena = Arena.ofConfined();

    @AfterEach
    final void nothingStaysPinned() {
        Expect.succeeds(iommufd.close());
        OpenIommufd other = new OpenIommufd();
        Expect.succeeds(new Mock(other).checkPins(buffer, BUFFER_SIZE, 0));
        Expect.succeeds(other.close());
        memory.close();
        arena.close();
    }
}
