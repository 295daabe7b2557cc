package org.pinion.policy.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RulesInForceTest {

    private static final Configured HOUSE = new Configured("a", "/etc/a.cfg", Given.house());
    private static final Configured WRONG = new Configured("a", "/etc/a.cfg", Given.house("low.when", "(start<=0xfffff"));
    private static final Configured SAME_NAME = new Configured("b", "/etc/b.cfg", Given.house("rules", "ram,low"));

    private static RulesInForce after(List<Configured> first, List<List<Configured>> then) {
        RulesInForce inForce = RulesInForce.NONE.after(first);
        for (List<Configured> next : then) {
            inForce = inForce.after(next);
        }
        return inForce;
    }

    @Test
    void everyConfigurationIsAPolicy() {
        Configured other = new Configured("b", "x", Given.house("org.pinion.policy.name", "other"));
        assertThat(after(List.of(HOUSE, other), List.of()).byPid().values())
                .extracting(RuleSet::policy)
                .containsExactlyInAnyOrder("house", "other");
    }

    @Test
    void aWrongEditIsRefusedWithFileRuleAndColumnAndTheOldRulesStay() {
        RulesInForce before = after(List.of(HOUSE), List.of());
        RulesInForce edited = before.after(List.of(WRONG));
        assertThat(edited.byPid()).isEqualTo(before.byPid());
        assertThat(edited.refused()).containsOnlyKeys("a").containsEntry("a", "/etc/a.cfg is refused: rule 'low':"
                + " column 16 of (start<=0xfffff: it ends too early; the rules that 'house' had stay in force");
        assertThat(edited.after(List.of(HOUSE)).refused()).isEmpty();
    }

    @Test
    void aConfigurationThatIsWrongFromTheStartGivesNoPolicy() {
        RulesInForce wrong = after(List.of(WRONG), List.of());
        assertThat(wrong.byPid()).isEmpty();
        assertThat(wrong.refused().get("a")).endsWith("it ends too early; it gives no policy");
    }

    @Test
    void whoHasANameKeepsItUntilItGoes() {
        RulesInForce both = after(List.of(SAME_NAME), List.of(List.of(HOUSE, SAME_NAME)));
        assertThat(both.byPid()).containsOnlyKeys("b");
        assertThat(both.refused().get("a"))
                .contains("/etc/a.cfg is refused: policy 'house' is what /etc/b.cfg gives");
        assertThat(both.after(List.of(HOUSE)).byPid()).containsOnlyKeys("a");
    }

    @Test
    void nobodyTakesANameByAnEditThatComesFirstInTheAlphabet() {
        Configured other = named("a", "other");
        Configured house = named("b", "house");
        RulesInForce before = after(List.of(other, house), List.of());
        RulesInForce edited = before.after(List.of(named("a", "house"), house));
        assertThat(edited.byPid()).isEqualTo(before.byPid());
        assertThat(edited.refused()).containsOnlyKeys("a").containsEntry("a", "/etc/a.cfg is refused: policy 'house'"
                + " is what /etc/b.cfg gives; take another name; the rules that 'other' had stay in force");
    }

    @Test
    void whoIsWrongKeepsItsNameToo() {
        Configured wrong = new Configured("b", "/etc/b.cfg", Given.house("low.when", "(start<=0xfffff"));
        RulesInForce before = after(List.of(named("a", "other"), named("b", "house")), List.of());
        RulesInForce edited = before.after(List.of(named("a", "house"), wrong));
        assertThat(edited.byPid()).isEqualTo(before.byPid());
        assertThat(edited.refused()).containsOnlyKeys("a", "b");
    }

    @Test
    void twoMayExchangeTheirNames() {
        RulesInForce before = after(List.of(named("a", "one"), named("b", "two")), List.of());
        RulesInForce edited = before.after(List.of(named("a", "two"), named("b", "one")));
        assertThat(edited.byPid().get("a").policy()).isEqualTo("two");
        assertThat(edited.byPid().get("b").policy()).isEqualTo("one");
        assertThat(edited.refused()).isEmpty();
    }

    @Test
    void whoDoesNotGetAnotherNameKeepsItsOwnThoughSomebodyHopedForIt() {
        RulesInForce before = after(List.of(named("a", "one"), named("b", "two"), named("c", "three")), List.of());
        RulesInForce edited = before.after(List.of(named("a", "two"), named("b", "three"), named("c", "three")));
        assertThat(edited.byPid()).isEqualTo(before.byPid());
        assertThat(edited.refused().get("a")).contains("policy 'two' is what /etc/b.cfg gives");
        assertThat(edited.refused().get("b")).contains("policy 'three' is what /etc/c.cfg gives");
    }

    private static Configured named(String pid, String policy) {
        return new Configured(pid, "/etc/" + pid + ".cfg", Given.house("org.pinion.policy.name", policy));
    }

    @Test
    void ofTwoNewOnesThatShareANameTheFirstPidHasIt() {
        assertThat(after(List.of(SAME_NAME, HOUSE), List.of()).byPid()).containsOnlyKeys("a");
    }

    @Test
    void whatIsGoneIsNoPolicyAnyMore() {
        assertThat(after(List.of(HOUSE), List.of(List.of(WRONG), List.of())).byPid()).isEmpty();
    }
}
