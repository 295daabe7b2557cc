package org.pinion.lab.cost;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/** The laps of many commits of one kind. */
final class Laps {

    private static final int QUARTERS = 4;

    private final List<long[]> all = new ArrayList<>();

    void add(long[] laps) {
        all.add(laps);
    }

    /**
     * The mean of each lap over the commits that were neither among the quickest nor among the slowest quarter: other
     * than medians of the laps, these add up.
     */
    double[] means() {
        all.sort(Comparator.comparingLong(laps -> LongStream.of(laps).sum()));
        List<long[]> middle = all.subList(all.size() / QUARTERS, all.size() - all.size() / QUARTERS);
        double[] means = new double[middle.getFirst().length];
        for (long[] laps : middle) {
            for (int i = 0; i < means.length; i++) {
                means[i] += (double) laps[i] / middle.size();
            }
        }
        return means;
    }
}
