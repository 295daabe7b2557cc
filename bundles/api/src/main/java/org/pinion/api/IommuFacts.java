package org.pinion.api;

import java.util.List;
import java.util.Objects;

/**
 * What the IOMMU before a device says of itself. It says nothing of this for a device without one (an mdev), and
 * through some of the kernel's interfaces.
 *
 * @param type what it is, for people, such as {@code Intel VT-d}; empty if it does not say
 * @param dirtyPages whether, and how, it tells which pages devices wrote
 * @param pasidBits bits of the process address space ids that the device can use besides its own address space; 0 if
 *     none or not told
 * @param features what else it can do, for people, sorted; empty if nothing or not told
 */
public record IommuFacts(String type, DirtyPages dirtyPages, int pasidBits, List<String> features) {

    /** Whether, and how, pages that a device wrote are told. */
    public enum DirtyPages {
        /** Page by page, by the IOMMU. */
        EXACT("page by page"),
        /** Everything that a device could have written counts as written. */
        ALL_WRITABLE("all that is writable"),
        /** Not at all. */
        NONE("no"),
        /** It is not known. */
        UNKNOWN("not known");

        private final String words;

        DirtyPages(String words) {
            this.words = words;
        }

        /** {@return it in words, for people, such as {@code page by page}} */
        public String words() {
            return words;
        }
    }

    /** Nothing is known. */
    public static final IommuFacts UNKNOWN = new IommuFacts("", DirtyPages.UNKNOWN, 0, List.of());

    /** Checks that nothing is null and copies the features. */
    public IommuFacts {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(dirtyPages, "dirtyPages");
        features = List.copyOf(features);
    }
}
