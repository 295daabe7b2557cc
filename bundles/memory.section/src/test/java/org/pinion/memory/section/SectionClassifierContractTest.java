package org.pinion.memory.section;

import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.testkit.ClassifierContract;

/** What every classifier must keep. */
class SectionClassifierContractTest extends ClassifierContract {

    private final MemoryClassifier classifier = new SectionClassifier();

    @Override
    protected MemoryClassifier classifier() {
        return classifier;
    }
}
