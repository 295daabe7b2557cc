package org.pinion.shell;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.pinion.api.DmaService;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.api.runtime.HostExaminer;
import org.pinion.api.runtime.PolicyDrafts;
import org.pinion.shell.command.PinionCommandLine;
import org.pinion.shell.command.Services;

/**
 * The {@code pinion} command as a service, so that a launcher outside the framework can call it with types of its own:
 * arguments in, exit code out. It writes to the standard output and error of the moment.
 */
@Component(service = ToIntFunction.class, property = "org.pinion.command=pinion")
public final class PinionCommand implements ToIntFunction<String[]> {

    private final DmaService dma;
    private final DmaRuntime runtime;
    private final String version;

    // Memory needs a kernel; without one the other commands still work and say what is missing.
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile HostMemoryAllocator memory;

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<HostExaminer> examiners = List.of();

    @Reference(policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    volatile List<PolicyDrafts> drafts = List.of();

    /**
     * @param dma opens spaces, reads flat views
     * @param runtime says what is there
     * @param context knows this bundle's version
     */
    @Activate
    public PinionCommand(
            @Reference(name = "dma") DmaService dma,
            @Reference(name = "runtime") DmaRuntime runtime,
            BundleContext context) {
        this.dma = dma;
        this.runtime = runtime;
        this.version = context.getBundle().getVersion().toString();
    }

    @Override
    public int applyAsInt(String[] args) {
        Services services = new Services(
                dma, runtime, () -> Optional.ofNullable(memory), () -> examiners, () -> drafts);
        return PinionCommandLine.run(services, version, new PrintWriter(System.out, true),
                new PrintWriter(System.err, true), args);
    }
}
