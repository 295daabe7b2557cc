package org.pinion.conformance;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintStream;
import java.util.Optional;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.pinion.linux.Fcntl;
import org.pinion.linux.Kernel;

/**
 * Runs all cases where there is no Maven, and prints a line for each: {@code passed NAME}, {@code failed NAME: reason}
 * or {@code absent NAME: reason}; or {@code unfit} and the reason why none can be run.
 */
public final class Conformance {

    private Conformance() {}

    /**
     * @param arguments none
     */
    public static void main(String[] arguments) {
        PrintStream results = System.out;
        results.println("kernel " + KernelUnderTest.kernel().description());
        obstacle().ifPresent(reason -> {
            results.println("unfit " + reason);
            System.exit(1);
        });
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage(Conformance.class.getPackageName()))
                .filters(includeClassNamePatterns(".*Test"), excludeClassNamePatterns(".*\\.CoverageTest"))
                .build();
        ResultLines lines = new ResultLines(results, System.err);
        LauncherFactory.create().execute(request, lines);
        System.exit(lines.failed() ? 1 : 0);
    }

    private static Optional<String> obstacle() {
        Kernel kernel = KernelUnderTest.kernel();
        int fd = kernel.open("/dev/iommu", Fcntl.O_RDWR);
        if (fd < 0) {
            return Optional.of("/dev/iommu cannot be opened: " + Expect.told(fd));
        }
        Expect.succeeds(kernel.close(fd));
        return new Mock(new OpenIommufd()).there()
                ? Optional.empty()
                : Optional.of(kernel.description() + " was built without CONFIG_IOMMUFD_TEST");
    }
}
