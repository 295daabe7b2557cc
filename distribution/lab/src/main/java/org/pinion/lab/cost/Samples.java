package org.pinion.lab.cost;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Times of one thing, in nanoseconds. */
final class Samples {

    private static final double HALF = 0.5;

    private final List<Double> sorted = new ArrayList<>();

    void add(double nanos) {
        int found = Collections.binarySearch(sorted, nanos);
        sorted.add(found < 0 ? -found - 1 : found, nanos);
    }

    /** The time that half of the samples do not exceed. */
    double median() {
        return quantile(HALF);
    }

    /** The time that such a part of the samples does not exceed. */
    double quantile(double part) {
        if (sorted.isEmpty()) {
            throw new IllegalStateException("nothing was measured");
        }
        return sorted.get((int) (part * (sorted.size() - 1)));
    }
}
