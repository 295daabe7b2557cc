package org.pinion.shell.command;

import java.util.Optional;
import java.util.function.Supplier;
import org.pinion.api.DmaService;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.runtime.DmaRuntime;

/**
 * What the commands call.
 *
 * @param dma opens spaces, reads flat views
 * @param runtime says what is there
 * @param memory the allocator of the moment; it needs a kernel and may be missing
 */
public record Services(DmaService dma, DmaRuntime runtime, Supplier<Optional<HostMemoryAllocator>> memory) {}
