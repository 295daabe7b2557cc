package org.pinion.itests;

import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** Plugins that do what they promise; each is the activator of a bundle of its own. */
final class Healthy {

    private Healthy() {}

    /** Says that the upper half of every section is protected. */
    public static final class Protecting implements BundleActivator, MemoryClassifier {

        @Override
        public void start(BundleContext context) {
            context.registerService(
                    MemoryClassifier.class,
                    this,
                    new Hashtable<>(Map.of("org.pinion.classifier.name", "protecting")));
        }

        @Override
        public void stop(BundleContext context) {
            // The framework takes the service back.
        }

        @Override
        public Collection<Trait> classify(List<Section> sections) {
            return sections.stream()
                    .map(Section::range)
                    .map(range -> new AddressRange(range.start() + range.size() / 2, range.last()))
                    .map(upper -> Trait.of(upper, Traits.PROTECTED, "it is the upper half"))
                    .toList();
        }
    }

    /** Lets everything be mapped. */
    public static final class Lenient implements BundleActivator, MappingPolicy {

        @Override
        public void start(BundleContext context) {
            context.registerService(
                    MappingPolicy.class, this, new Hashtable<>(Map.of("org.pinion.policy.name", "house")));
        }

        @Override
        public void stop(BundleContext context) {
            // The framework takes the service back.
        }

        @Override
        public Verdict decide(Candidate candidate) {
            return Verdict.map(Access.READ_WRITE, Set.of(Route.values()), "anything", "anything goes");
        }
    }

    /** Of the same name, lets nothing be mapped. */
    public static final class Austere implements BundleActivator, MappingPolicy {

        @Override
        public void start(BundleContext context) {
            context.registerService(
                    MappingPolicy.class, this, new Hashtable<>(Map.of("org.pinion.policy.name", "house")));
        }

        @Override
        public void stop(BundleContext context) {
            // The framework takes the service back.
        }

        @Override
        public Verdict decide(Candidate candidate) {
            return Verdict.skip("nothing", "nothing goes");
        }
    }
}
