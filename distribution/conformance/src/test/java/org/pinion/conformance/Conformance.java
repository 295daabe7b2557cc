package org.pinion.conformance;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintStream;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs all cases where there is no Maven, and prints a line for each: {@code passed NAME}, {@code failed NAME: reason} or
 * {@code absent NAME: reason}.
 */
public final class Conformance {

    private Conformance() {}

    /**
     * @param arguments none
     */
    public static void main(String[] arguments) {
        PrintStream results = System.out;
        results.println("kernel " + KernelUnderTest.kernel().description());
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage(Conformance.class.getPackageName()))
                .filters(includeClassNamePatterns(".*Test"), excludeClassNamePatterns(".*\\.CoverageTest"))
                .build();
        ResultLines lines = new ResultLines(results, System.err);
        LauncherFactory.create().execute(request, lines);
        System.exit(lines.failed() ? 1 : 0);
    }
}
