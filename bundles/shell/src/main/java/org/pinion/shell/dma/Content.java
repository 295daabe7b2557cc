package org.pinion.shell.dma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What some memory held; closing it puts the bytes back. */
final class Content implements AutoCloseable {

    private final MemorySegment memory;
    private final byte[] saved;

    Content(MemorySegment memory) {
        this.memory = memory;
        this.saved = memory.toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        memory.copyFrom(MemorySegment.ofArray(saved));
    }
}
