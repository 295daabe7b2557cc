package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.pinion.api.AddressRange;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;
import org.pinion.spi.policy.Verdict.Outcome;

/** What every policy must keep. A subclass says which policy. */
@Contract
public abstract class PolicyContract {

    /** Made by a subclass. */
    protected PolicyContract() {}

    /**
     * The policy. Asked several times by one test.
     *
     * @return the same policy each time
     */
    protected abstract MappingPolicy policy();

    /**
     * What the policy is asked about.
     *
     * @return parts of sections; by default one for each combination of kind, backing, traits and place
     */
    protected List<Candidate> candidates() {
        return Candidates.all();
    }

    private List<Verdict> decide(List<Candidate> candidates) {
        return candidates.stream().map(policy()::decide).toList();
    }

    @Rule(of = MappingPolicy.class, says = "A call that throws, returns null … fails the plan that needed it.")
    final void everythingIsDecided() {
        assertThat(candidates()).allSatisfy(
                candidate -> assertThat(policy().decide(candidate)).isNotNull());
    }

    @Rule(of = MappingPolicy.class, in = "decide", says = "not Verdict.Outcome.APART, which fails the plan")
    final void nothingIsSetApartWithoutAConflict() {
        assertThat(candidates()).noneMatch(candidate -> policy().decide(candidate).outcome() == Outcome.APART);
    }

    @Rule(of = Verdict.class, says = "the name of the policy's rule, without the policy's own name")
    final void everyVerdictHasARule() {
        assertThat(candidates()).allSatisfy(candidate ->
                assertThat(policy().decide(candidate).rule()).isNotBlank().doesNotContain("/"));
    }

    @Rule(of = Verdict.class, says = "why, a sentence for people")
    final void everyVerdictHasAReason() {
        assertThat(candidates()).allSatisfy(
                candidate -> assertThat(policy().decide(candidate).reason()).isNotBlank());
    }

    @Rule(of = Verdict.class, says = "the ways that are allowed, if mapped")
    final void whatIsMappedHasAWay() {
        assertThat(candidates()).allSatisfy(candidate -> {
            Verdict verdict = policy().decide(candidate);
            assertThat(verdict.outcome() != Outcome.MAP || !verdict.routes().isEmpty()).as("%s", verdict).isTrue();
        });
    }

    @Rule(of = MappingPolicy.class, says = "The methods are functions of their arguments")
    final void theSameCandidateGetsTheSameVerdict() {
        assertThat(decide(candidates())).isEqualTo(decide(candidates()));
    }

    @Rule(of = MappingPolicy.class, says = "not on other sections, other verdicts or the time")
    final void theOrderOfQuestionsDoesNotMatter() {
        List<Candidate> candidates = candidates();
        List<Verdict> verdicts = decide(candidates);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < candidates.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(1));
        for (int i : order) {
            assertThat(policy().decide(candidates.get(i))).isEqualTo(verdicts.get(i));
        }
    }

    @Rule(of = MappingPolicy.class, says = "They are called from any thread, several at a time, never under a lock.")
    final void severalThreadsGetTheSameVerdicts() {
        List<Candidate> candidates = candidates();
        Threads.agree(() -> decide(candidates));
    }

    @Rule(of = MappingPolicy.class, in = "conflict", says = "Decides what happens where a part that is to be mapped")
    final void everyConflictIsDecidedByARuleForAReason() {
        assertThat(candidates()).filteredOn(this::isMapped).allSatisfy(candidate -> {
            Verdict verdict = policy().conflict(candidate, conflict(candidate));
            assertThat(verdict).isNotNull().isEqualTo(policy().conflict(candidate, conflict(candidate)));
            assertThat(verdict.outcome() == Outcome.MAP || !verdict.reason().isBlank()).as("has a reason").isTrue();
            assertThat(verdict.outcome() == Outcome.MAP || !verdict.rule().isBlank()).as("has a rule").isTrue();
        });
    }

    private boolean isMapped(Candidate candidate) {
        return policy().decide(candidate).outcome() == Outcome.MAP;
    }

    private static Conflict conflict(Candidate candidate) {
        AddressRange page = AddressRange.ofSize(candidate.range().start(), 0x1000);
        return new Conflict(page, "reserved (msi) by 0000:00:10.0", List.of("0000:00:10.0"));
    }

    @Rule(of = MappingPolicy.class, in = "looksAtDevices", says = "the same answer for the policy's whole life")
    final void whetherItLooksAtDevicesNeverChanges() {
        boolean looks = policy().looksAtDevices();
        decide(candidates());
        assertThat(policy().looksAtDevices()).isEqualTo(looks);
    }

    @Rule(
            of = MappingPolicy.class,
            in = "looksAtDevices",
            says = "Whether verdicts may depend on Candidate.Planning.limits")
    final void aPolicyThatDoesNotLookAtDevicesDecidesTheSameForAll() {
        assumeTrue(!policy().looksAtDevices(), "it looks at the devices");
        for (Candidate candidate : candidates()) {
            Verdict verdict = policy().decide(candidate);
            assertThat(Candidates.amongOtherDevices(candidate))
                    .filteredOn(other -> other.barObstacle().equals(candidate.barObstacle()))
                    .allSatisfy(other -> assertThat(policy().decide(other)).isEqualTo(verdict));
        }
    }
}
