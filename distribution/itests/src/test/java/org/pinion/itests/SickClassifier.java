package org.pinion.itests;

import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.spi.memory.MemoryClassifier;

/** Plugins with one complaint each; the bundle of each holds its class and this one. */
public abstract class SickClassifier implements BundleActivator, MemoryClassifier {

    @Override
    public void start(BundleContext context) {
        String name = getClass().getSimpleName();
        context.registerService(
                MemoryClassifier.class, this, new Hashtable<>(Map.of("org.pinion.classifier.name", name)));
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the service back.
    }

    /** Throws. */
    public static final class Throwing extends SickClassifier {
        @Override
        public Collection<Trait> classify(List<Section> sections) {
            throw new IllegalStateException("out of sorts");
        }
    }

    /** Does not answer, whatever it is told. */
    public static final class Blocking extends SickClassifier {

        private final CountDownLatch never = new CountDownLatch(1);

        @Override
        public Collection<Trait> classify(List<Section> sections) {
            while (never.getCount() > 0) {
                try {
                    never.await();
                } catch (InterruptedException deaf) {
                    Thread.onSpinWait();
                }
            }
            return List.of();
        }

        @Override
        public void stop(BundleContext context) {
            never.countDown();
        }
    }

    /** Uses a class that its bundle lacks. */
    public static final class Incomplete extends SickClassifier {
        @Override
        public Collection<Trait> classify(List<Section> sections) {
            return Missing.traits();
        }
    }

    /** Is left out of the bundle. */
    static final class Missing {
        private Missing() {}

        static Collection<Trait> traits() {
            return List.of();
        }
    }
}
