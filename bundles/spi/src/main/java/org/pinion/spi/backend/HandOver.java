package org.pinion.spi.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.function.IntUnaryOperator;
import java.util.function.ToIntFunction;
import org.pinion.api.IommuException;

/**
 * All that a session has of the kernel, on its way from one bundle to its successor: while it is here, mappings, pins
 * and running DMA go on, and nobody changes them. It holds plain values alone, so that nothing of the bundle that wrote
 * it stays reachable.
 *
 * @param version the version of the particulars, by the backend's own count; who adopts knows it or refuses
 * @param kernel the kernel that all of it belongs to
 * @param memory what is mapped into this process on behalf of the session, to be unmapped before the files are closed
 * @param files the open files, in the order in which closing them gives everything back
 * @param particulars what the backend needs to go on, by its own keys
 */
public record HandOver(
        int version, KernelLink kernel, List<MappedMemory> memory, List<OpenFile> files, Particulars particulars) {

    /**
     * The kernel that descriptors and memory belong to. Its parts are the kernel's own, never the backend's.
     *
     * @param kernel what tells this kernel from others: the service itself
     * @param close closes a descriptor; answers 0 or a negated error number
     * @param unmap unmaps memory; answers 0 or a negated error number
     */
    public record KernelLink(Object kernel, IntUnaryOperator close, ToIntFunction<MemorySegment> unmap) {

        /** Checks that nothing is null. */
        public KernelLink {
            Objects.requireNonNull(kernel, "kernel");
            Objects.requireNonNull(close, "close");
            Objects.requireNonNull(unmap, "unmap");
        }
    }

    /**
     * An open file.
     *
     * @param name what it is, unique in the record, such as {@code /dev/iommu}
     * @param fd its descriptor
     */
    public record OpenFile(String name, int fd) {

        /** Checks that nothing is null. */
        public OpenFile {
            Objects.requireNonNull(name, "name");
        }
    }

    /**
     * Memory that is mapped into this process.
     *
     * @param name what it is, unique in the record
     * @param segment where it is
     */
    public record MappedMemory(String name, MemorySegment segment) {

        /** Checks that nothing is null. */
        public MappedMemory {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(segment, "segment");
        }
    }

    /** Checks that nothing is null, and copies the lists. */
    public HandOver {
        Objects.requireNonNull(kernel, "kernel");
        memory = List.copyOf(memory);
        files = List.copyOf(files);
        Objects.requireNonNull(particulars, "particulars");
    }

    /**
     * Finds an open file.
     *
     * @param name its name
     * @return its descriptor
     * @throws IllegalArgumentException if there is none of that name
     */
    public int fd(String name) {
        return files.stream()
                .filter(file -> file.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no file '" + name + "' is handed over"))
                .fd();
    }

    /**
     * Finds memory.
     *
     * @param name its name
     * @return where it is
     * @throws IllegalArgumentException if there is none of that name
     */
    public MemorySegment segment(String name) {
        return memory.stream()
                .filter(mapped -> mapped.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no memory '" + name + "' is handed over"))
                .segment();
    }

    /**
     * To be called before anything is adopted: descriptors of one kernel mean nothing, or something else, to another.
     *
     * @param other the kernel of the backend that is to adopt
     * @param operation what is being done
     * @throws IommuException if it is not the one that all of this belongs to
     */
    public void requireKernel(Object other, String operation) throws IommuException {
        if (other != kernel.kernel()) {
            throw new IommuException(
                    operation,
                    "its descriptors belong to another Kernel service than the one that is there now: the Kernel"
                            + " service must not be exchanged while address spaces are open",
                    "close the address space and open it again");
        }
    }

    /**
     * Gives everything back to the kernel without a backend: devices are closed, mappings and pins go.
     *
     * @param operation what is being done
     * @throws IommuException if the kernel did not take something back; everything else was given back
     */
    public void giveBack(String operation) throws IommuException {
        IommuException first = null;
        for (MappedMemory mapped : memory) {
            first = after(first, operation, "unmap " + mapped.name(), kernel.unmap().applyAsInt(mapped.segment()));
        }
        for (OpenFile file : files) {
            first = after(first, operation, "close " + file.name(), kernel.close().applyAsInt(file.fd()));
        }
        if (first != null) {
            throw first;
        }
    }

    private static IommuException after(IommuException first, String operation, String step, int answer) {
        if (answer >= 0) {
            return first;
        }
        IommuException failure =
                new IommuException(operation, step + ": the kernel answered error " + -answer, "");
        if (first == null) {
            return failure;
        }
        first.addSuppressed(failure);
        return first;
    }
}
