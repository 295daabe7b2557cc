package org.pinion.itests;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.spi.memory.MemoryClassifier;

/** Components whose constructors have a complaint each; the bundle of each holds its class and this one. */
public abstract class SickComponent implements MemoryClassifier {

    @Override
    public Collection<Trait> classify(List<Section> sections) {
        return List.of();
    }

    /** Blocks until somebody loses patience. */
    public static final class Unhurried extends SickComponent {

        public Unhurried() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException enough) {
                Thread.onSpinWait();
            }
        }
    }

    /** Uses a class that its bundle lacks. */
    public static final class Partial extends SickComponent {

        public Partial() {
            Missing.need();
        }
    }

    /** Is left out of the bundle. */
    static final class Missing {
        private Missing() {}

        static void need() {
            Thread.onSpinWait();
        }
    }
}
