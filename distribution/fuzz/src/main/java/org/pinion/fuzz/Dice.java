package org.pinion.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** Chance, from a seed: the same seed, the same choices. Knows which numbers are worth trying. */
final class Dice {

    private static final long PAGE = Ram.PAGE;

    /** Where mock devices reach begins. */
    private static final long MOCK_START = 0x1000000;

    /** At which no process ever has anything. */
    private static final long NEVER = 0xffff800000000000L;

    private static final long[] BASES = {0, MOCK_START, 0x7fff0000L, 0xfee00000L, 1L << 39, 1L << 48, 1L << 63};
    private static final int[] BASE_WEIGHTS = {5, 12, 1, 1, 1, 1, 1};
    private static final int NEAR = 24;

    private static final long[] EDGES = {0, 1, 0x7ff, 0x800, 0xfff, 0x1000, 0x1001, 0xffffff, 0x7fffffffL, 0x80000000L,
        0xfee00000L, 0xfeefffffL, 0xffffffffL, 1L << 32, (1L << 39) - 0x1000, 1L << 39, (1L << 48) - 0x1000, 1L << 48,
        Long.MAX_VALUE, Long.MIN_VALUE, -0x2000, -0x1001, -0x1000, -0xfff, -2, -1};

    private final SplittableRandom random;

    Dice(long seed) {
        this.random = new SplittableRandom(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    long edge() {
        return EDGES[random.nextInt(EDGES.length)];
    }

    /** An index, by weights. */
    int weighted(int... weights) {
        int sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        int chosen = random.nextInt(sum);
        int index = 0;
        while (chosen >= weights[index]) {
            chosen -= weights[index++];
        }
        return index;
    }

    /** Where to map: few places, so that they meet. */
    long iova() {
        if (oneIn(20)) {
            return edge();
        }
        long iova = BASES[weighted(BASE_WEIGHTS)] + below(NEAR) * PAGE;
        return oneIn(15) ? iova + edge() % PAGE : iova;
    }

    /** How much: mostly some pages. */
    long length() {
        return switch (weighted(30, 2, 2, 1)) {
            case 0 -> (1 + below(8)) * PAGE;
            case 1 -> 1 + below(3 * (int) PAGE);
            case 2 -> 2048L * (1 + below(9));
            default -> edge();
        };
    }

    /** Some bits of a mask, each as likely as not. */
    long bits(long mask) {
        return random.nextLong() & mask;
    }

    /**
     * An address of the process from which on there are that many bytes, or nothing at all: what lies next to the
     * memory that is there for this is somebody's.
     */
    Value memory(long length) {
        if (length < 0 || length > Ram.SIZE) {
            return Value.number(oneIn(4) ? -PAGE : NEVER);
        }
        if (oneIn(40)) {
            return Value.number(pick(List.of(0L, PAGE, -PAGE, NEVER)));
        }
        int index = weighted(6, 6, 2, 2, 2);
        int free = (int) ((Ram.SIZE - length) / PAGE);
        if (index == 1 && length <= Ram.PAST_END - 3 * PAGE && oneIn(6)) {
            return Value.ram(index, Ram.SIZE - below(3) * PAGE);
        }
        long offset = below(free + 1) * PAGE;
        return Value.ram(index, free > 1 && offset <= (free - 1) * PAGE && oneIn(12) ? offset + edge() % PAGE : offset);
    }

    /** The seed of another row of choices. */
    long seed() {
        return random.nextLong();
    }
}
