package org.pinion.policy.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pinion.api.Access;
import org.pinion.api.Route;
import org.pinion.spi.policy.Verdict.Outcome;

class RuleSetReaderTest {

    private static void assertRefused(Map<String, ?> properties, String why) {
        assertThatThrownBy(() -> RuleSetReader.read(properties))
                .isInstanceOf(WrongRulesException.class)
                .hasMessageContaining(why);
    }

    @Test
    void rulesAreAskedInTheOrderInWhichTheyAreNamed() throws WrongRulesException {
        RuleSet rules = RuleSetReader.read(Given.house());
        assertThat(rules.policy()).isEqualTo("house");
        assertThat(rules.rules()).extracting(Rule::name).containsExactly("low", "ram");
        assertThat(rules.rules().getFirst().ruling().because()).contains("firmware's, and");
        assertThat(RuleSetReader.read(Given.house("rules", "ram,low")).rules())
                .extracting(Rule::name)
                .containsExactly("ram", "low");
    }

    @Test
    void listsMayBeTextArraysOrCollectionsAsConfigurationAgentsMakeThem() throws WrongRulesException {
        RuleSet text = RuleSetReader.read(Given.house("ram.route", "file, user"));
        assertThat(RuleSetReader.read(
                        Given.house("rules", new String[] {"low", "ram"}, "ram.route", List.of("user", "file"))))
                .isEqualTo(text);
    }

    @Test
    void whatIsNotSaidIsTheDefault() throws WrongRulesException {
        RuleSet rules = RuleSetReader.read(Given.house());
        assertThat(rules.ranking()).isZero();
        assertThat(rules.otherwise().ruling().outcome()).isEqualTo(Outcome.SKIP);
        Ruling ram = rules.rules().getLast().ruling();
        assertThat(ram.access()).isEqualTo(Access.READ_WRITE);
        assertThat(ram.routes()).containsExactlyInAnyOrder(Route.values());
        assertThat(ram.remedy()).isEmpty();
        assertThat(ram.conflict()).isEmpty();
    }

    @Test
    void whatIsSaidIsRead() throws WrongRulesException {
        RuleSet rules = RuleSetReader.read(Given.house(
                "otherwise", "refuse",
                "service.ranking", 7,
                "ram.access", "r",
                "ram.route", "dma-buf",
                "ram.conflict", "carve",
                "low.remedy", "move it"));
        assertThat(rules.ranking()).isEqualTo(7);
        assertThat(rules.otherwise().ruling().outcome()).isEqualTo(Outcome.REFUSE);
        Ruling ram = rules.rules().getLast().ruling();
        assertThat(ram.access()).isEqualTo(Access.READ);
        assertThat(ram.routes()).isEqualTo(Set.of(Route.DMA_BUF));
        assertThat(ram.conflict()).contains(Outcome.SKIP);
        assertThat(rules.rules().getFirst().ruling().remedy()).isEqualTo("move it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.pinion.policy.name", "rules", "low.when", "low.verdict", "low.because"})
    void whatMustBeThereIsNamedIfItIsNot(String key) {
        assertRefused(Given.houseWithout(key), "'" + key + "' is missing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "low.verdict   | deny       | rule 'low': 'low.verdict' is 'deny', which is none of map, refuse, skip",
        "ram.access    | w          | rule 'ram': 'ram.access' is 'w', which is none of r, rw",
        "ram.route     | file,fd    | rule 'ram': 'ram.route' is 'fd', which is none of dma-buf, file, user",
        "ram.conflict  | skip       | rule 'ram': 'ram.conflict' is 'skip', which is none of apart, carve, refuse",
        "low.access    | r          | rule 'low': 'low.access' is for rules that map",
        "otherwise     | drop       | 'otherwise' is 'drop'",
        "service.ranking | high     | 'service.ranking' is 'high', which is no integer",
        "rules         | low,low    | rule 'low' is listed twice",
        "rules         | a.b        | 'a.b' cannot be a rule's name",
        "rules         | otherwise  | 'otherwise' cannot be a rule's name",
        "rules         | low        | 'ram.because', 'ram.verdict', 'ram.when' mean nothing",
        "ram.verdit    | map        | the key 'ram.verdit' means nothing",
        "low.when      | (start<=x) | rule 'low': column 9 of (start<=x): 'start': 'x' is no number"
    })
    void aMistakeIsNamedWithItsPlace(String key, String value, String why) {
        assertRefused(Given.house(key, value), why);
    }

    @Test
    void keysOfConfigurationAgentsAreNoMistake() throws WrongRulesException {
        assertThat(RuleSetReader.read(Given.house(
                        "service.pid", "org.pinion.policy.rules~house",
                        "felix.fileinstall.filename", "file:/etc/x.cfg",
                        "component.name", "x")))
                .isEqualTo(RuleSetReader.read(Given.house()));
    }
}
