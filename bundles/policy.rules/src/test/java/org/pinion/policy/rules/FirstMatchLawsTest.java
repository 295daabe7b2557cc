package org.pinion.policy.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.pinion.api.AddressRange;
import org.pinion.api.SectionKind;
import org.pinion.spi.policy.Candidate;

/** Rules decide as a reader of them would who goes through them one by one. */
class FirstMatchLawsTest {

    private static final List<String> NAMES = List.of("pc.ram", "vga (x*y)", "a\\b", "é");
    private static final List<String> DEVICES = List.of("0000:00:10.0", "0000:00:11.0");
    private static final List<String> TRAITS = List.of("gup-able", "huge-page=2M", "protected");

    private static final int DEPTH = 2;

    /** A condition in two forms: as a filter, and as what it means. */
    record Condition(String filter, Predicate<Candidate> meaning) {

        Condition not() {
            return new Condition("(!" + filter + ")", meaning.negate());
        }

        static Condition all(List<Condition> parts) {
            return new Condition("(&" + joined(parts) + ")", part -> parts.stream().allMatch(c -> c.meaning.test(part)));
        }

        static Condition any(List<Condition> parts) {
            return new Condition("(|" + joined(parts) + ")", part -> parts.stream().anyMatch(c -> c.meaning.test(part)));
        }

        private static String joined(List<Condition> parts) {
            return String.join("", parts.stream().map(Condition::filter).toList());
        }
    }

    @Property
    void theFirstRuleThatAppliesDecides(
            @ForAll("conditions") List<Condition> conditions, @ForAll("parts") Candidate part) throws WrongRulesException {
        Map<String, Object> properties = new TreeMap<>(Map.of("org.pinion.policy.name", "house"));
        List<String> names = new ArrayList<>();
        for (Condition condition : conditions) {
            String name = "rule" + names.size();
            names.add(name);
            properties.put(name + ".when", condition.filter());
            properties.put(name + ".verdict", List.of("map", "skip", "refuse").get(names.size() % 3));
            properties.put(name + ".because", "of the law");
        }
        properties.put("rules", names);

        String expected = "otherwise";
        for (int i = conditions.size() - 1; i >= 0; i--) {
            expected = conditions.get(i).meaning().test(part) ? names.get(i) : expected;
        }
        assertThat(new RulesPolicy(RuleSetReader.read(properties)).decide(part).rule()).isEqualTo(expected);
    }

    @Property
    void whatIsOmittedFromTheEndOfAFilterIsMissedThere(@ForAll("condition") Condition condition, @ForAll int at) {
        String filter = condition.filter();
        int length = Math.floorMod(at, filter.length());
        assertThatThrownBy(() -> When.parse(filter.substring(0, length)))
                .isInstanceOf(WrongRulesException.class)
                .hasMessageStartingWith("column " + (length + 1) + " of ");
    }

    @Provide
    Arbitrary<List<Condition>> conditions() {
        return condition().list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<Condition> condition() {
        return condition(DEPTH);
    }

    private static Arbitrary<Condition> condition(int depth) {
        if (depth == 0) {
            return comparison();
        }
        Arbitrary<Condition> part = condition(depth - 1);
        Arbitrary<List<Condition>> parts = part.list().ofMinSize(1).ofMaxSize(3);
        return Arbitraries.oneOf(
                comparison(), part.map(Condition::not), parts.map(Condition::all), parts.map(Condition::any));
    }

    private static Arbitrary<Condition> comparison() {
        return Arbitraries.oneOf(
                number("start", part -> unsigned(part.range().start())),
                number("last", part -> unsigned(part.range().last())),
                number("size", FirstMatchLawsTest::size),
                text("section", NAMES, (part, name) -> part.section().name().equals(name)),
                text("kind", List.of("ram", "rom", "ramd", "i/o"), (part, kind) -> part.section().kind().symbol().equals(kind)),
                text("device", DEVICES, (part, device) -> part.planning().devices().contains(device)),
                text("trait", TRAITS, (part, label) -> part.traits().stream().anyMatch(t -> t.label().equals(label))));
    }

    private static Arbitrary<Condition> number(String name, Function<Candidate, BigInteger> read) {
        return Combinators.combine(addresses(), Arbitraries.of("=", "<=", ">="), Arbitraries.of(10, 16))
                .as((number, operator, base) -> new Condition(
                        "(" + name + operator + (base == 16 ? "0x" : "") + unsigned(number).toString(base) + ")",
                        part -> {
                            int order = read.apply(part).compareTo(unsigned(number));
                            return order == 0 || operator.equals("<=") && order < 0 || operator.equals(">=") && order > 0;
                        }));
    }

    private static BigInteger size(Candidate part) {
        return unsigned(part.range().last()).subtract(unsigned(part.range().start())).add(BigInteger.ONE);
    }

    private static Arbitrary<Condition> text(String name, List<String> values, BiPredicate<Candidate, String> meaning) {
        return Arbitraries.of(values).map(value -> new Condition(
                "(" + name + "=" + value.replaceAll("([\\\\()*])", "\\\\$1") + ")", part -> meaning.test(part, value)));
    }

    @Provide
    Arbitrary<Candidate> parts() {
        return Combinators.combine(
                        addresses(),
                        addresses(),
                        Arbitraries.of(SectionKind.RAM, SectionKind.ROM, SectionKind.RAM_DEVICE, SectionKind.MMIO),
                        Arbitraries.of(NAMES),
                        Arbitraries.of(DEVICES).set(),
                        Arbitraries.of(TRAITS).set())
                .as((a, b, kind, name, devices, traits) -> Parts.part(
                        Long.compareUnsigned(a, b) <= 0 ? new AddressRange(a, b) : new AddressRange(b, a),
                        kind,
                        Parts.RAM,
                        name,
                        "",
                        devices.stream().sorted().toList(),
                        traits.toArray(String[]::new)));
    }

    private static Arbitrary<Long> addresses() {
        return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.of(0L, 1L, Long.MAX_VALUE, Long.MIN_VALUE, -2L, -1L));
    }

    private static BigInteger unsigned(long address) {
        return new BigInteger(Long.toUnsignedString(address));
    }
}
