package org.pinion.shell.dma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.pinion.api.AttachedDevice;
import org.pinion.api.IommuException;

/** Some bytes that a device reaches by DMA and this process in another way. */
sealed interface Bytes {

    /** {@return what they are now} */
    byte[] get() throws IommuException;

    void set(byte[] content) throws IommuException;

    /** Keeps what they are now; closing it puts that back. */
    default Saved save() throws IommuException {
        return new Saved(this, get());
    }

    /** What some bytes were. */
    record Saved(Bytes bytes, byte[] content) implements AutoCloseable {

        @Override
        public void close() throws IommuException {
            bytes.set(content);
        }
    }

    /** Memory of this process. */
    record InProcess(MemorySegment memory) implements Bytes {

        @Override
        public byte[] get() {
            return memory.toArray(ValueLayout.JAVA_BYTE);
        }

        @Override
        public void set(byte[] content) {
            memory.copyFrom(MemorySegment.ofArray(content));
        }
    }

    /** A part of a BAR, read and written as a driver does it. */
    record InBar(AttachedDevice device, int bar, long offset, int size) implements Bytes {

        @Override
        public byte[] get() throws IommuException {
            byte[] content = new byte[size];
            device.read(bar, offset, MemorySegment.ofArray(content));
            return content;
        }

        @Override
        public void set(byte[] content) throws IommuException {
            device.write(bar, offset, MemorySegment.ofArray(content));
        }
    }
}
