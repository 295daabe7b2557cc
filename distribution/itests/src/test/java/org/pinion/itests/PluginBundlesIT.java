package org.pinion.itests;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.pinion.testkit.BundleContract;

/** What the jar of every plugin must keep, for those that are shipped. */
class PluginBundlesIT {

    /** A plugin beside all that is shipped but the core. */
    private abstract static class OfShipped extends BundleContract {

        private final String name;

        OfShipped(String name) {
            this.name = "org.pinion." + name;
        }

        @Override
        protected Path bundle() {
            return Shipped.jar(name);
        }

        /** What is shipped is in there already, and listed by {@link LauncherIT}. */
        @Override
        protected Optional<Path> distribution() {
            return Optional.empty();
        }

        @Override
        protected List<Path> beside() {
            return Stream.of("bundles/platform", "bundles/pinion")
                    .flatMap(directory -> Shipped.jars(directory).stream())
                    .filter(jar -> !Shipped.nameOf(jar).equals("org.pinion.core"))
                    .filter(jar -> !Shipped.nameOf(jar).equals(name))
                    .toList();
        }
    }

    @Nested
    class BackendIommufd extends OfShipped {
        BackendIommufd() {
            super("backend.iommufd");
        }
    }

    @Nested
    class BackendVfio extends OfShipped {
        BackendVfio() {
            super("backend.vfio");
        }
    }

    @Nested
    class MemorySection extends OfShipped {
        MemorySection() {
            super("memory.section");
        }
    }

    @Nested
    class MemoryVma extends OfShipped {
        MemoryVma() {
            super("memory.vma");
        }
    }

    @Nested
    class PolicyQemu extends OfShipped {
        PolicyQemu() {
            super("policy.qemu");
        }
    }

    @Nested
    class PolicyRules extends OfShipped {
        PolicyRules() {
            super("policy.rules");
        }
    }

    @Nested
    class PolicyStrict extends OfShipped {
        PolicyStrict() {
            super("policy.strict");
        }
    }

    @Nested
    class SourceQemu extends OfShipped {
        SourceQemu() {
            super("source.qemu");
        }
    }
}
