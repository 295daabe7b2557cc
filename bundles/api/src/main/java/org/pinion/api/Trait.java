package org.pinion.api;

import java.util.Objects;

/**
 * What a classifier found out about a range of a flat view. The traits of all classifiers are united, so their order
 * cannot matter.
 *
 * @param range the addresses the statement holds for; it may be a part of a section or span several
 * @param name what is said, such as {@code gup-able} (see {@link Traits})
 * @param value how much of it, such as {@code 2M}; empty for a plain statement
 * @param evidence how the classifier knows, for people
 * @param by the classifier's name; the core fills it in
 */
public record Trait(AddressRange range, String name, String value, String evidence, String by) {

    /** Checks that nothing is null. */
    public Trait {
        Objects.requireNonNull(range, "range");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(evidence, "evidence");
        Objects.requireNonNull(by, "by");
    }

    /**
     * A plain statement, as a classifier makes it.
     *
     * @param range the addresses it holds for
     * @param name what is said
     * @param evidence how the classifier knows
     * @return the trait
     */
    public static Trait of(AddressRange range, String name, String evidence) {
        return new Trait(range, name, "", evidence, "");
    }

    /**
     * The same statement, signed.
     *
     * @param classifier who says so
     * @return the trait
     */
    public Trait signedBy(String classifier) {
        return new Trait(range, name, value, evidence, classifier);
    }

    /**
     * The same statement about other addresses.
     *
     * @param other the addresses
     * @return the trait
     */
    public Trait over(AddressRange other) {
        return new Trait(other, name, value, evidence, by);
    }

    /** {@return {@code NAME} or {@code NAME=VALUE}, as plans print traits} */
    public String label() {
        return value.isEmpty() ? name : name + "=" + value;
    }
}
