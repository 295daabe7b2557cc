package org.pinion.core.plan;

import java.util.List;
import java.util.Set;
import org.pinion.api.Trait;
import org.pinion.api.Traits;

/**
 * Statements about the same addresses that cannot both be true. That one classifier takes for memory what another one
 * knows to be a device's is none: they look at different things, and policies weigh what both say.
 */
public final class Contradiction extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Set<String> NOT_PINNABLE = Set.of(Traits.DEVICE_MEMORY, Traits.UNBACKED);

    private final transient Trait one;
    private final transient Trait other;

    private Contradiction(Trait one, Trait other) {
        super("%s is said to be %s by '%s' (%s) and %s by '%s' (%s), which cannot both be"
                .formatted(
                        one.range(),
                        one.label(),
                        one.by(),
                        one.evidence(),
                        other.label(),
                        other.by(),
                        other.evidence()));
        this.one = one;
        this.other = other;
    }

    /** {@return the names of the classifiers, of which there may be one alone} */
    public Set<String> by() {
        return one.by().equals(other.by()) ? Set.of(one.by()) : Set.of(one.by(), other.by());
    }

    /** Throws if two of the statements about a part contradict each other. */
    static void requireNone(List<Trait> said) {
        for (Trait trait : said) {
            switch (trait.name()) {
                case Traits.GUP_ABLE -> require(trait, said, Contradiction::isNoMemory);
                case Traits.HUGE_PAGE -> require(trait, said, Contradiction::isOtherSize);
                default -> {
                    // All else goes together.
                }
            }
        }
    }

    private interface Pair {
        boolean excludes(Trait one, Trait other);
    }

    private static void require(Trait trait, List<Trait> said, Pair pair) {
        for (Trait other : said) {
            if (pair.excludes(trait, other)) {
                throw new Contradiction(trait, other);
            }
        }
    }

    private static boolean isNoMemory(Trait pinnable, Trait other) {
        return other.by().equals(pinnable.by()) && NOT_PINNABLE.contains(other.name());
    }

    private static boolean isOtherSize(Trait pages, Trait other) {
        return other.name().equals(Traits.HUGE_PAGE) && !other.value().equals(pages.value());
    }
}
