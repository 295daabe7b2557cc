package org.pinion.shell.command;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.pinion.api.DmaService;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.HostExaminer;
import org.pinion.api.runtime.PolicyDrafts;

/**
 * What the commands call.
 *
 * @param dma opens spaces, reads flat views
 * @param runtime says what is there
 * @param memory the allocator of the moment; it needs a kernel and may be missing
 * @param examiners those who look at the host, at the moment; they need a kernel too
 * @param drafts those who try policies out, at the moment
 */
public record Services(
        DmaService dma,
        DmaRuntime runtime,
        Supplier<Optional<HostMemoryAllocator>> memory,
        Supplier<List<HostExaminer>> examiners,
        Supplier<List<PolicyDrafts>> drafts) {}
