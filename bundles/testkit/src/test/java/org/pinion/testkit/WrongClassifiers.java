package org.pinion.testkit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.AddressRange;
import org.pinion.api.IommuException;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.memory.MemoryClassifier;

/** Classifiers that each do one thing wrong, and one that does not, under the contract. */
final class WrongClassifiers {

    private WrongClassifiers() {}

    private static Collection<Trait> pinnable(List<Section> sections) {
        return sections.stream().map(section -> pinnable(section.range())).toList();
    }

    private static Trait pinnable(AddressRange range) {
        return Trait.of(range, Traits.GUP_ABLE, "it is supposed");
    }

    /** The contract on one classifier. */
    abstract static class Under extends ClassifierContract {
        private final MemoryClassifier classifier;

        Under(MemoryClassifier classifier) {
            this.classifier = classifier;
        }

        @Override
        protected MemoryClassifier classifier() {
            return classifier;
        }
    }

    /** Does nothing wrong. */
    static class Right extends Under {
        Right() {
            super(WrongClassifiers::pinnable);
        }
    }

    /** Answers by null where it knows nothing. */
    static class AnswersNull extends Under {
        AnswersNull() {
            super(sections -> sections.size() < 2 ? null : pinnable(sections));
        }
    }

    /** Says more than it was asked for where it says something; what sticks out is ignored. */
    static class SaysOneByteMore extends Under {
        SaysOneByteMore() {
            super(sections -> sections.stream()
                    .map(Section::range)
                    .map(range -> range.last() == -1L ? range : new AddressRange(range.start(), range.last() + 1))
                    .map(WrongClassifiers::pinnable)
                    .toList());
        }
    }

    /** Says of a section what it says because of the one before. */
    static class LooksAtTheNeighbour extends Under {
        LooksAtTheNeighbour() {
            super(sections -> {
                List<Trait> traits = new ArrayList<>(pinnable(sections));
                if (sections.size() > 1) {
                    traits.add(Trait.of(sections.getLast().range(), "last", "others are before it"));
                }
                return traits;
            });
        }
    }

    /** Says everything once. */
    static class NeverRepeatsItself extends Under {
        NeverRepeatsItself() {
            Set<AddressRange> told = new HashSet<>();
            super(sections -> pinnable(
                    sections.stream().filter(section -> told.add(section.range())).toList()));
        }
    }

    /** Knows, and does not say how. */
    static class GivesNoEvidence extends Under {
        GivesNoEvidence() {
            super(sections -> sections.stream()
                    .map(section -> Trait.of(section.range(), Traits.GUP_ABLE, ""))
                    .toList());
        }
    }

    /** Speaks when there is nothing to speak of. */
    static class SpeaksOfNothing extends Under {
        SpeaksOfNothing() {
            super(sections -> sections.isEmpty() ? List.of(pinnable(AddressRange.ALL)) : pinnable(sections));
        }
    }

    /** Takes a device's memory for memory that can be pinned, where two sections meet. */
    static class ContradictsItself extends Under {
        ContradictsItself() {
            super(sections -> {
                List<Trait> traits = new ArrayList<>(pinnable(sections));
                for (Section section : sections) {
                    AddressRange end = new AddressRange(section.range().last(), section.range().last());
                    traits.add(Trait.of(end, Traits.DEVICE_MEMORY, "it was measured"));
                }
                return traits;
            });
        }
    }

    /** Finds pages of two sizes in one place. */
    static class CannotChooseASize extends Under {
        CannotChooseASize() {
            super(sections -> sections.stream()
                    .flatMap(section -> Stream.of("2M", "1G").map(size -> huge(section, size)))
                    .toList());
        }
    }

    /** Contradicts itself where no section is: memory and registers both reach into the gap between them. */
    static class ContradictsItselfOutside extends Under {
        private static final long GAP = 0x1000;

        ContradictsItselfOutside() {
            super(sections -> sections.stream()
                    .map(Section::range)
                    .filter(range -> range.last() != -1L)
                    .map(range -> range.start() % (2 * GAP) == 0
                            ? Trait.of(new AddressRange(range.start() - GAP, range.last()), Traits.DEVICE_MEMORY, "seen")
                            : pinnable(new AddressRange(range.start(), range.last() + GAP)))
                    .toList());
        }
    }

    /** Writes a size as the core takes it, if few do. */
    static class MeasuresInKibibytes extends Under {
        MeasuresInKibibytes() {
            super(sections -> sections.stream().map(section -> huge(section, "1024K")).toList());
        }
    }

    /** Takes any number for a size. */
    static class MeasuresOddPages extends Under {
        MeasuresOddPages() {
            super(sections -> sections.stream().map(section -> huge(section, "3M")).toList());
        }
    }

    private static Trait huge(Section section, String size) {
        return new Trait(section.range(), Traits.HUGE_PAGE, size, "it was measured", "");
    }

    /** Says of all sections of the view what it was to say of one. */
    static class SaysMoreThanItIsAsked extends Under {
        SaysMoreThanItIsAsked() {
            Set<AddressRange> seen = new HashSet<>();
            super(sections -> {
                sections.forEach(section -> seen.add(section.range()));
                return seen.stream().map(WrongClassifiers::pinnable).toList();
            });
        }

        @Override
        protected List<Section> sections() {
            List<Section> sections = super.sections();
            try {
                classifier().classify(sections);
            } catch (IommuException never) {
                throw new IllegalStateException(never);
            }
            return sections;
        }
    }

    /** Waits for what never comes. */
    @Timeout(value = 300, unit = TimeUnit.MILLISECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    static class Blocks extends Under {
        Blocks() {
            super(sections -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException end) {
                    Thread.currentThread().interrupt();
                }
                return pinnable(sections);
            });
        }
    }
}
