package org.pinion.core.plugin;

import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pinion.api.AddressRange;
import org.pinion.api.Section;
import org.pinion.api.Trait;
import org.pinion.api.Traits;

/** What a classifier may say of the sections it was asked about; whatever else it says is a failure of it. */
final class Statements {

    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,9})([KMGT])");

    private final Plugin classifier;
    private final Section[] asked;
    private int near;

    /**
     * @param classifier who is asked
     * @param asked about which sections, sorted
     */
    Statements(Plugin classifier, List<Section> asked) {
        this.classifier = classifier;
        this.asked = asked.toArray(Section[]::new);
    }

    /** Adds what was said, signed. */
    void add(Collection<Trait> said, List<Trait> into) {
        if (said == null) {
            throw PluginFailure.answeredNull(classifier);
        }
        for (Trait trait : said) {
            if (trait == null) {
                throw new PluginFailure(classifier, "answered with a trait that is null", null);
            }
            check(trait);
            into.add(trait.signedBy(classifier.name()));
        }
    }

    private void check(Trait trait) {
        if (!isAsked(trait.range())) {
            throw wrong(trait, ", which it was not asked about");
        }
        if (trait.name().equals(Traits.HUGE_PAGE) && !isPageSize(trait.value())) {
            throw wrong(trait, ": pages have a size such as 2M, a power of two");
        }
    }

    private PluginFailure wrong(Trait trait, String why) {
        return new PluginFailure(classifier, "said " + trait.label() + " about " + trait.range() + why, null);
    }

    /** Most say something about one section after the other. */
    private boolean isAsked(AddressRange range) {
        for (int next = near; next < asked.length && next <= near + 1; next++) {
            if (asked[next].range().overlaps(range)) {
                near = next;
                return true;
            }
        }
        return search(range);
    }

    private boolean search(AddressRange range) {
        int low = 0;
        int high = asked.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            AddressRange there = asked[middle].range();
            if (there.overlaps(range)) {
                near = middle;
                return true;
            }
            if (Long.compareUnsigned(there.last(), range.start()) < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return false;
    }

    private static boolean isPageSize(String value) {
        Matcher size = SIZE.matcher(value);
        return size.matches() && Long.bitCount(Long.parseLong(size.group(1))) == 1;
    }
}
