package org.pinion.lab;

import java.io.PrintStream;
import java.util.List;
import java.util.function.ToIntFunction;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.pinion.api.DmaService;
import org.pinion.api.HostMemoryAllocator;
import org.pinion.api.runtime.DmaRuntime;
import org.pinion.linux.Kernel;

/** The command {@code lab}: lists the tests, or runs them on the kernel of this machine. */
@Component(service = ToIntFunction.class, property = "org.pinion.command=lab")
public final class LabCommand implements ToIntFunction<String[]> {

    private static final int DONE = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private final BundleContext context;
    private final DmaRuntime runtime;
    private final HostMemoryAllocator memory;
    private final Kernel kernel;

    /**
     * @param context finds the core that is there, which tests update
     * @param runtime tells the backends
     * @param memory memory for devices
     * @param kernel to look at the kernel
     */
    @Activate
    public LabCommand(
            BundleContext context,
            @Reference(name = "runtime") DmaRuntime runtime,
            @Reference(name = "memory") HostMemoryAllocator memory,
            @Reference(name = "kernel") Kernel kernel) {
        this.context = context;
        this.runtime = runtime;
        this.memory = memory;
        this.kernel = kernel;
    }

    @Override
    public int applyAsInt(String[] words) {
        try {
            Arguments arguments = Arguments.parse(words);
            List<String> backends = runtime.plugins().stream()
                    .filter(plugin -> plugin.kind().equals("backend"))
                    .map(plugin -> plugin.name())
                    // Those that take PCI functions: tests of the other one name it themselves.
                    .filter(name -> !name.equals(VdpaTests.BACKEND))
                    .toList();
            List<AcceptanceTest> tests = Catalogue.of(backends);
            return arguments.list() ? list(tests, System.out) : run(tests, arguments);
        } catch (IllegalArgumentException wrong) {
            System.err.println("lab: " + wrong.getMessage());
            return USAGE;
        }
    }

    private static int list(List<AcceptanceTest> tests, PrintStream out) {
        tests.forEach(test -> out.printf("%-40s %s%n", test.name(), test.shows()));
        return DONE;
    }

    private DmaService core() {
        ServiceReference<DmaService> reference = context.getServiceReference(DmaService.class);
        DmaService there = reference == null ? null : context.getService(reference);
        if (there == null) {
            throw new IllegalStateException("no core is there");
        }
        return there;
    }

    private int run(List<AcceptanceTest> tests, Arguments arguments) {
        if (!kernel.type().equals(Kernel.NATIVE)) {
            System.err.println("lab: the tests are for a real kernel, and this one is " + kernel.description());
            return FAILED;
        }
        Lab lab = new Lab(this::core, memory, kernel, arguments.guest());
        Runner runner = new Runner(lab, System.out, System.err);
        return runner.run(arguments.select(tests)) ? DONE : FAILED;
    }
}
