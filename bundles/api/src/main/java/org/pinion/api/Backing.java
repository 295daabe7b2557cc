package org.pinion.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the bytes of a section are. Two backings that are equal are the same bytes: the mapping of an unchanged address
 * with an equal backing is never touched.
 *
 * <p>The kinds shipped are the records in here. The set may grow: a reader of backings keeps a default branch, and
 * treats a backing it does not know as one it cannot map.
 */
@ProviderType
public interface Backing {

    /** The backing of a section that has no bytes of its own, such as registers. */
    Backing NONE = new None();

    /**
     * The backing of the bytes that begin further in.
     *
     * @param bytes how far, unsigned
     * @return the backing from there on
     */
    Backing advance(long bytes);

    /**
     * Where this backing begins within its object, for alignment: an address or an offset.
     *
     * @return bytes, unsigned
     */
    long position();

    /**
     * Memory of this process, known by its address only.
     *
     * @param address where it begins
     */
    record UserMemory(long address) implements Backing {
        @Override
        public Backing advance(long bytes) {
            return new UserMemory(address + bytes);
        }

        @Override
        public long position() {
            return address;
        }

        @Override
        public String toString() {
            return "memory at 0x" + Long.toHexString(address);
        }
    }

    /**
     * A memory file (memfd, shmem, hugetlbfs) of this process.
     *
     * @param fd its open descriptor
     * @param offset where in the file the bytes begin
     * @param address where the same bytes are mapped in this process, 0 if they are not
     */
    record MemoryFile(int fd, long offset, long address) implements Backing {
        @Override
        public Backing advance(long bytes) {
            return new MemoryFile(fd, offset + bytes, address == 0 ? 0 : address + bytes);
        }

        @Override
        public long position() {
            return offset;
        }

        @Override
        public String toString() {
            return "file descriptor " + fd + " at 0x" + Long.toHexString(offset);
        }
    }

    /**
     * Memory of a device: an area of one of its BARs.
     *
     * @param device the device's address, such as {@code 0000:00:12.0}
     * @param bar the BAR's number, 0 to 5
     * @param offset where in the BAR the bytes begin
     */
    record DeviceBar(String device, int bar, long offset) implements Backing {
        @Override
        public Backing advance(long bytes) {
            return new DeviceBar(device, bar, offset + bytes);
        }

        @Override
        public long position() {
            return offset;
        }

        @Override
        public String toString() {
            return "BAR " + bar + " of " + device + " at 0x" + Long.toHexString(offset);
        }
    }

    /**
     * A dma-buf.
     *
     * @param fd its open descriptor
     * @param offset where in the buffer the bytes begin
     */
    record DmaBuf(int fd, long offset) implements Backing {
        @Override
        public Backing advance(long bytes) {
            return new DmaBuf(fd, offset + bytes);
        }

        @Override
        public long position() {
            return offset;
        }

        @Override
        public String toString() {
            return "dma-buf " + fd + " at 0x" + Long.toHexString(offset);
        }
    }

    /**
     * Memory of another process, known by its name there: it can be planned for, not mapped from here.
     *
     * @param region the region's name, such as {@code pc.ram}
     * @param offset where in the region the bytes begin
     */
    record Remote(String region, long offset) implements Backing {
        @Override
        public Backing advance(long bytes) {
            return new Remote(region, offset + bytes);
        }

        @Override
        public long position() {
            return offset;
        }

        @Override
        public String toString() {
            return "'" + region + "' at 0x" + Long.toHexString(offset);
        }
    }

    /** No bytes; use {@link #NONE}. */
    record None() implements Backing {
        @Override
        public Backing advance(long bytes) {
            return this;
        }

        @Override
        public long position() {
            return 0;
        }

        @Override
        public String toString() {
            return "nothing";
        }
    }
}
