package org.pinion.itests;

import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;
import static org.ops4j.pax.exam.CoreOptions.systemPackage;
import static org.ops4j.pax.exam.CoreOptions.systemPackages;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;

/** The framework as the launcher makes it, with the emulated kernel and what the tests themselves need. */
final class ShippedFramework {

    private ShippedFramework() {}

    static Option[] options() {
        return options("", Path.of(""));
    }

    /** The same with this machine's own kernel. */
    static Option[] onTheNativeKernel() {
        return options("native", "", Path.of(""));
    }

    /** The same with another jar in the place of one of Pinion's. */
    static Option[] options(String bundle, Path instead) {
        return options("emulated", bundle, instead);
    }

    private static Option[] options(String kernel, String bundle, Path instead) {
        return new Option[] {
            composite(Stream.of(Shipped.frameworkProperty("org.osgi.framework.system.packages.extra")
                            .split(",(?=[a-z])"))
                    .map(exported -> systemPackage(exported.replace("\"", "")))
                    .toArray(Option[]::new)),
            frameworkProperty("org.pinion.kernel").value(kernel),
            bundles(Shipped.jars("bundles/platform")),
            bundles(Shipped.jars("bundles/pinion").stream()
                    .map(jar -> Shipped.nameOf(jar).equals(bundle) ? instead : jar)
                    .toList()),
            junitBundles(),
            // The tests' own libraries stay on the class path: as bundles they would want a Hamcrest that JUnit 4 does not.
            systemPackages("org.assertj.core.api", "org.awaitility", "org.awaitility.core"),
        };
    }

    private static Option bundles(List<Path> jars) {
        return composite(jars.stream()
                .map(jar -> bundle(jar.toUri().toString()))
                .toArray(Option[]::new));
    }
}
