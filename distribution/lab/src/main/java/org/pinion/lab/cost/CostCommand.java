package org.pinion.lab.cost;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.DmaService;
import org.pinion.api.HostMemory;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.IommuException;
import org.pinion.linux.Kernel;
import org.pinion.spi.backend.BackendType;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.spi.policy.MappingPolicy;

/** The command {@code cost}: measures every backend on the kernel of this machine and prints tables. */
@Component(service = ToIntFunction.class, property = "org.pinion.command=cost")
public final class CostCommand implements ToIntFunction<String[]> {

    private static final long GIB = 1L << 30;

    private final DmaService dma;
    private final HostMemoryAllocator memory;
    private final Kernel kernel;
    private final Map<String, IommuBackend> backends = new TreeMap<>();
    private final MappingPolicy policy;
    private final BundleContext bundle;

    /**
     * @param dma opens address spaces
     * @param memory memory that is mapped
     * @param kernel tells the devices' nodes, and takes calls that do nothing
     * @param iommufd a backend
     * @param vfio a backend
     * @param policy decides for the breakdown too
     * @param bundle registers plugins that look at the clock
     */
    @Activate
    public CostCommand(
            @Reference(name = "dma") DmaService dma,
            @Reference(name = "memory") HostMemoryAllocator memory,
            @Reference(name = "kernel") Kernel kernel,
            @Reference(name = "iommufd", target = "(" + BackendType.PROPERTY + "=iommufd)") IommuBackend iommufd,
            @Reference(name = "vfio", target = "(" + BackendType.PROPERTY + "=vfio)") IommuBackend vfio,
            @Reference(name = "policy", target = "(org.pinion.policy.name=" + TimedPlugins.POLICY + ")")
                    MappingPolicy policy,
            BundleContext bundle) {
        this.dma = dma;
        this.memory = memory;
        this.kernel = kernel;
        this.policy = policy;
        this.bundle = bundle;
        backends.put("iommufd", iommufd);
        backends.put("vfio", vfio);
    }

    /** Takes the path of the C program, the address of a PCI device, and that of an mdev. */
    @Override
    public int applyAsInt(String[] words) {
        if (words.length != 3) {
            System.err.println("cost: wants the C program, a device and an mdev");
            return 2;
        }
        try (HostMemory gib = memory.allocate("cost", GIB)) {
            gib.segment().fill((byte) 1);
            for (String backend : backends.keySet()) {
                measure(backend, Path.of(words[0]), new Devices(kernel, words[1], words[2]), gib, System.out);
            }
            return 0;
        } catch (Exception failure) {
            // Whatever it is, a table that lacks a side must not look like a result.
            failure.printStackTrace();
            System.out.println("FAILED cost: " + failure.getMessage());
            return 1;
        }
    }

    private void measure(String backend, Path program, Devices devices, HostMemory gib, PrintStream out)
            throws Exception {
        for (boolean attached : new boolean[] {true, false}) {
            Optional<String> device = attached ? Optional.of(devices.pci()) : devices.without(backend);
            Scene scene = new Scene(backend, device, Routes.of(backends.get(backend)), gib);
            Stopwatch watch = new Stopwatch();
            try (TimedPlugins plugins = new TimedPlugins(bundle, backends.get(backend), policy, watch);
                    ReferenceSide reference = new ReferenceSide(program, scene, devices.nodes(scene));
                    SessionSide session = new SessionSide(scene, backends.get(backend));
                    CommitSide commit = new CommitSide(scene, dma, plugins.options())) {
                warm(List.of(session, commit), out);
                out.printf("%n%s, %s, %s, memory by %s; microseconds for map and unmap: median (quartiles) ratio%n",
                        kernel.description(), backend, attached ? "edu attached" : devices.words(backend),
                        scene.route().symbol());
                out.printf("%-30s%25s %30s %30s%n", "", "C", "session", "commit");
                Comparison comparison = new Comparison(List.of(reference, session, commit), out);
                comparison.row(Work.ONE_GIB, 9);
                comparison.row(Work.CHUNKS, 9);
                // Last, so that the breakdown is of the same moment.
                List<Double> page = comparison.row(Work.PAGE, 31);
                if (attached) {
                    new Breakdown(kernel, commit, watch).print(page, reference, out);
                }
            }
        }
    }

    private void warm(List<Side> sides, PrintStream out) throws IOException, IommuException {
        if (!new Warming(new CompilerThreads(kernel), System.err).run(sides)) {
            out.println("The compilers have not come to rest: what follows takes less in a runtime that stays up.");
        }
    }
}
