package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.api.Section;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.api.Traits;
import org.pinion.spi.memory.MemoryClassifier;

/** What every classifier must keep. A subclass says which classifier, and may add sections that it knows. */
@Contract
public abstract class ClassifierContract {

    private static final long FIRST = 0x1000;
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,9})[KMGT]");

    /** Made by a subclass. */
    protected ClassifierContract() {}

    /**
     * The classifier. Asked several times by one test.
     *
     * @return the same classifier each time
     */
    protected abstract MemoryClassifier classifier();

    /**
     * What the classifier is asked about.
     *
     * @return sections of one flat view, sorted by address; by default some of every kind, and one that ends where all
     *     addresses do
     */
    protected List<Section> sections() {
        List<Section> sections = new ArrayList<>();
        long start = FIRST;
        for (SectionKind kind : SectionKind.values()) {
            for (Backing backing : List.of(new Backing.Remote("pc.ram", start), Backing.NONE)) {
                sections.add(section(AddressRange.ofSize(start, 0x2000), kind, backing));
                start += 0x3000;
            }
        }
        AddressRange half = new AddressRange(0x7fffffffffffe000L, 0x8000000000001fffL);
        AddressRange end = new AddressRange(-0x2000, -1L);
        sections.add(section(half, SectionKind.RAM, new Backing.Remote("high", 0)));
        sections.add(section(end, SectionKind.RAM, new Backing.Remote("highest", 0)));
        return List.copyOf(sections);
    }

    private static Section section(AddressRange range, SectionKind kind, Backing backing) {
        return new Section(range, kind, backing, Access.READ_WRITE, kind.symbol(), "", Map.of());
    }

    /** What is said of the addresses of sections: the addresses by what is said. */
    private Map<String, RangeSet> said(List<Section> asked, List<Section> of) throws IommuException {
        Map<String, RangeSet> said = new TreeMap<>();
        for (Trait trait : classifier().classify(asked)) {
            for (Section section : of) {
                trait.range().intersect(section.range()).ifPresent(
                        part -> said.merge(trait.label(), RangeSet.of(part), RangeSet::union));
            }
        }
        return said;
    }

    @Rule(of = MemoryClassifier.class, says = "A call that throws, returns null … fails the plan that needed it")
    final void everythingIsClassified() throws IommuException {
        assertThat(classifier().classify(sections())).isNotNull().doesNotContainNull();
        for (Section section : sections()) {
            assertThat(classifier().classify(List.of(section))).as("%s", section).isNotNull();
        }
    }

    @Rule(of = MemoryClassifier.class, in = "classify", says = "some or all sections of one flat view")
    final void nothingIsSaidOfNothing() throws IommuException {
        assertThat(classifier().classify(List.of())).isEmpty();
    }

    @Rule(
            of = MemoryClassifier.class,
            in = "classify",
            says = "a range of which no section of the call covers anything is a failure")
    final void nothingIsSaidOfWhatWasNotAskedAbout() throws IommuException {
        for (Section section : sections()) {
            assertThat(classifier().classify(List.of(section)))
                    .as("asked about %s alone", section.range())
                    .allMatch(trait -> trait.range().overlaps(section.range()));
        }
    }

    @Rule(
            of = MemoryClassifier.class,
            in = "classify",
            says = "statements of one classifier about the same addresses that cannot both be true")
    final void noStatementContradictsAnother() throws IommuException {
        List<Trait> traits = List.copyOf(classifier().classify(sections()));
        for (Trait one : traits) {
            assertThat(traits)
                    .as("what else is said where %s is, at %s", one.label(), one.range())
                    .noneMatch(other -> excludes(one, other) && meetInASection(one, other));
        }
    }

    /** What sticks out of the sections counts for nothing. */
    private boolean meetInASection(Trait one, Trait other) {
        return one.range().intersect(other.range())
                .filter(both -> sections().stream().anyMatch(section -> section.range().overlaps(both)))
                .isPresent();
    }

    private static boolean excludes(Trait one, Trait other) {
        return switch (one.name()) {
            case Traits.GUP_ABLE -> List.of(Traits.DEVICE_MEMORY, Traits.UNBACKED).contains(other.name());
            case Traits.HUGE_PAGE -> other.name().equals(one.name()) && !other.value().equals(one.value());
            default -> false;
        };
    }

    @Rule(of = MemoryClassifier.class, in = "classify", says = "huge pages without a size")
    final void hugePagesHaveASize() throws IommuException {
        assertThat(classifier().classify(sections()))
                .filteredOn(trait -> trait.name().equals(Traits.HUGE_PAGE))
                .allSatisfy(trait -> assertThat(trait.value()).as("%s", trait.label()).satisfies(
                        value -> assertThat(isPageSize(value)).as("a size such as 2M, a power of two").isTrue()));
    }

    private static boolean isPageSize(String value) {
        Matcher size = SIZE.matcher(value);
        return size.matches() && Long.bitCount(Long.parseLong(size.group(1))) == 1;
    }

    @Rule(of = Trait.class, says = "how the classifier knows, for people")
    final void everyStatementHasANameAndEvidence() throws IommuException {
        assertThat(classifier().classify(sections())).allSatisfy(trait -> {
            assertThat(trait.name()).isNotBlank();
            assertThat(trait.evidence()).as("evidence of %s", trait.label()).isNotBlank();
        });
    }

    @Rule(
            of = MemoryClassifier.class,
            in = "classify",
            says = "The same sections over the same memory get the same traits.")
    final void askedAgainItSaysTheSame() throws IommuException {
        Map<String, RangeSet> first = said(sections(), sections());
        assertThat(said(sections(), sections())).isEqualTo(first);
    }

    @Rule(of = MemoryClassifier.class, says = "not on which other sections the call names")
    final void whatIsSaidOfASectionDoesNotDependOnOthers() throws IommuException {
        for (Section section : sections()) {
            assertThat(said(List.of(section), List.of(section)))
                    .as("%s alone", section)
                    .isEqualTo(said(sections(), List.of(section)));
        }
    }

    @Rule(of = MemoryClassifier.class, says = "not on which other sections the call names")
    final void halfOfTheSectionsAreClassifiedAsAllAre() throws IommuException {
        List<Section> every = sections();
        List<Section> second = every.subList(every.size() / 2, every.size());
        assertThat(said(second, second)).isEqualTo(said(every, second));
    }

    @Rule(of = MemoryClassifier.class, says = "Called from any thread, several at a time, never under a lock.")
    final void severalThreadsHearTheSame() {
        List<Section> sections = sections();
        Threads.agree(() -> said(sections, sections));
    }
}
