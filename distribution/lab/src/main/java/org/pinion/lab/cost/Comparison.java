package org.pinion.lab.cost;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pinion.api.IommuException;

/** Lets the sides do the same work in turn, so that whatever disturbs the machine disturbs all of them. */
final class Comparison {

    private static final long FIRST_IOVA = 1L << 32;
    private static final long NEXT_IOVA = 1L << 31;
    private static final long LAST_IOVA = 1L << 37;
    private static final double LOW = 0.25;
    private static final double HIGH = 0.75;

    private final List<Side> sides;
    private final PrintStream out;
    private long iova = FIRST_IOVA;

    /**
     * @param sides the sides; the others are compared with the first
     * @param out takes the rows
     */
    Comparison(List<Side> sides, PrintStream out) {
        this.sides = sides;
        this.out = out;
    }

    /** Measures, prints a row, and returns the medians of one pair, a side each. */
    List<Double> row(Work work, int rounds) throws IOException, IommuException {
        List<Samples> samples = sides.stream().map(_ -> new Samples()).toList();
        for (int round = 0; round < rounds; round++) {
            for (int turn = 0; turn < samples.size(); turn++) {
                // Nobody always comes after the same one: the kernel tidies up behind a round that is over.
                int side = (round + turn) % samples.size();
                samples.get(side).add((double) sides.get(side).round(work, iova) / work.pairs());
            }
            // Addresses that were not asked about lately: what a side remembers of a round does not help it.
            iova = iova + NEXT_IOVA > LAST_IOVA ? FIRST_IOVA : iova + NEXT_IOVA;
        }
        List<Double> medians = samples.stream().map(Samples::median).toList();
        out.println(row(work, samples, medians));
        return medians;
    }

    private static String row(Work work, List<Samples> samples, List<Double> medians) {
        List<String> cells = new ArrayList<>();
        for (int side = 0; side < samples.size(); side++) {
            Samples of = samples.get(side);
            String ratio = side == 0 ? "" : String.format(Locale.ROOT, " %5.2f", medians.get(side) / medians.get(0));
            cells.add(String.format(Locale.ROOT, "%11.1f (%.1f-%.1f)", micros(medians.get(side)),
                    micros(of.quantile(LOW)), micros(of.quantile(HIGH))) + ratio);
        }
        return String.format(Locale.ROOT, "%-30s", work.name()) + String.join(" ", cells);
    }

    static double micros(double nanos) {
        return nanos / 1000;
    }
}
