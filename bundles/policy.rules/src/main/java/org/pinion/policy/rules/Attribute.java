package org.pinion.policy.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.pinion.api.Access;
import org.pinion.api.SectionKind;
import org.pinion.api.Trait;
import org.pinion.spi.policy.Candidate;

/** What a filter can ask about a part of a section. */
enum Attribute {
    /** The part's first address. */
    START(Attribute::number, part -> Quantity.of(part.range().start())),
    /** The part's last address. */
    LAST(Attribute::number, part -> Quantity.of(part.range().last())),
    /** Bytes of the part. */
    SIZE(Attribute::number, part -> Quantity.ofSize(part.range().size())),
    /** The kind of the section. */
    KIND(word(Arrays.stream(SectionKind.values()).map(SectionKind::symbol).toList()),
            part -> part.section().kind().symbol()),
    /** What the section's owner allows. */
    ACCESS(word(Arrays.stream(Access.values()).map(Access::symbol).toList()),
            part -> part.section().access().symbol()),
    /** The section's name. */
    SECTION(Attribute::text, part -> part.section().name()),
    /** Who owns the section; nothing if that is not known. */
    OWNER(Attribute::text, part -> part.section().owner().isEmpty() ? null : part.section().owner()),
    /** What the classifiers say, by name; a trait with a value also as {@code NAME=VALUE}. */
    TRAIT(Attribute::text, part -> part.traits().stream().flatMap(Attribute::words).distinct().toList()),
    /** The backend planned for. */
    BACKEND(Attribute::text, part -> part.planning().backend()),
    /** The devices planned for. */
    DEVICE(Attribute::text, part -> part.planning().devices());

    private static final Map<String, Attribute> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toMap(Attribute::word, attribute -> attribute));

    private static final String APPROXIMATELY = "~=";
    private static final String EQUAL = "=";

    /** What is wrong with a comparison; empty if nothing is. */
    private interface Check {
        String wrong(String operator, String value);
    }

    private final Check check;
    private final Function<Candidate, Object> reader;

    Attribute(Check check, Function<Candidate, Object> reader) {
        this.check = check;
        this.reader = reader;
    }

    /** {@return the name in filters} */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return what the part has; null if it has nothing of the kind} */
    Object of(Candidate part) {
        return reader.apply(part);
    }

    /** {@return why a comparison could never be meant; empty if it could} */
    String wrong(String operator, String value) {
        boolean present = operator.equals(EQUAL) && value.equals("*");
        return present ? "" : check.wrong(operator, value);
    }

    static Optional<Attribute> named(String word) {
        return Optional.ofNullable(BY_WORD.get(word));
    }

    /** {@return all names, for messages} */
    static String words() {
        return Arrays.stream(values()).map(Attribute::word).sorted().collect(Collectors.joining(", "));
    }

    private static Stream<String> words(Trait trait) {
        return Stream.of(trait.name(), trait.label());
    }

    private static String number(String operator, String value) {
        if (operator.equals(APPROXIMATELY)) {
            return "a number is compared by =, <= or >=";
        }
        try {
            Quantity.valueOf(value);
            return "";
        } catch (NumberFormatException e) {
            return e.getMessage();
        }
    }

    private static String text(String operator, String value) {
        boolean ordering = !operator.equals(EQUAL) && !operator.equals(APPROXIMATELY);
        return ordering ? "text has no order; compare it by = or ~=" : "";
    }

    private static Check word(List<String> known) {
        UnaryOperator<String> plain = value -> value.replaceAll("\\\\(.)", "$1");
        return (operator, value) -> {
            String wrong = text(operator, value);
            boolean free = operator.equals(APPROXIMATELY) || value.contains("*") || known.contains(plain.apply(value));
            return !wrong.isEmpty() || free ? wrong : "'%s' is none of %s".formatted(value, String.join(", ", known));
        };
    }
}
