package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each wrong policy, classifier and source is caught, by the rule that it breaks. */
class WrongPluginsTest {

    static Stream<Arguments> policies() {
        return Stream.of(
                arguments(
                        WrongPolicies.SaysNothing.class,
                        "MappingPolicy: 'A call that throws, returns null … fails the plan that needed it.'"),
                arguments(
                        WrongPolicies.SetsApartAtOnce.class,
                        "MappingPolicy.decide: 'not Verdict.Outcome.APART, which fails the plan'"),
                arguments(WrongPolicies.GivesNoReason.class, "Verdict: 'why, a sentence for people'"),
                arguments(WrongPolicies.MapsByNoWay.class, "Verdict: 'the ways that are allowed, if mapped'"),
                arguments(
                        WrongPolicies.CountsWhatItMaps.class,
                        "MappingPolicy: 'The methods are functions of their arguments'"),
                arguments(
                        WrongPolicies.RemembersTheLast.class,
                        "MappingPolicy: 'not on other sections, other verdicts or the time'"),
                arguments(
                        WrongPolicies.LooksAtDevicesInSecret.class,
                        "MappingPolicy.looksAtDevices: 'Whether verdicts may depend on Candidate.Planning.limits'"),
                arguments(
                        WrongPolicies.RefusesAConflictWithoutAReason.class,
                        "MappingPolicy.conflict: 'Decides what happens where a part that is to be mapped'"),
                arguments(
                        WrongPolicies.Blocks.class,
                        "MappingPolicy: 'A call that throws, returns null … fails the plan that needed it.'"));
    }

    static Stream<Arguments> classifiers() {
        return Stream.of(
                arguments(
                        WrongClassifiers.AnswersNull.class,
                        "MemoryClassifier: 'A call that throws, returns null … fails the plan that needed it'"),
                arguments(
                        WrongClassifiers.LooksAtTheNeighbour.class,
                        "MemoryClassifier: 'not on which other sections the call names'"),
                arguments(
                        WrongClassifiers.NeverRepeatsItself.class,
                        "MemoryClassifier.classify: 'The same sections over the same memory get the same traits.'"),
                arguments(WrongClassifiers.GivesNoEvidence.class, "Trait: 'how the classifier knows, for people'"),
                arguments(
                        WrongClassifiers.SpeaksOfNothing.class,
                        "MemoryClassifier.classify: 'some or all sections of one flat view'"),
                arguments(
                        WrongClassifiers.ContradictsItself.class,
                        "MemoryClassifier.classify: 'statements of one classifier about the same addresses that"
                                + " cannot both be true'"),
                arguments(
                        WrongClassifiers.CannotChooseASize.class,
                        "MemoryClassifier.classify: 'statements of one classifier about the same addresses that"
                                + " cannot both be true'"),
                arguments(
                        WrongClassifiers.MeasuresOddPages.class,
                        "MemoryClassifier.classify: 'huge pages without a size'"),
                arguments(
                        WrongClassifiers.SaysMoreThanItIsAsked.class,
                        "MemoryClassifier.classify: 'a range of which no section of the call covers anything is a"
                                + " failure'"),
                arguments(
                        WrongClassifiers.Blocks.class,
                        "MemoryClassifier: 'A call that throws, returns null … fails the plan that needed it'"));
    }

    static Stream<Arguments> sources() {
        return Stream.of(
                arguments(WrongSources.IgnoresSettings.class, "MemorySource.read: 'an unknown key is an error'"),
                arguments(
                        WrongSources.ShowsNothing.class,
                        "MemorySource.read: 'if there is nothing to read or it is not what it should be'"),
                arguments(
                        WrongSources.FailsByAnotherException.class,
                        "MemorySource.read: 'if there is nothing to read or it is not what it should be'"),
                arguments(
                        WrongSources.NeverReadsTheSame.class,
                        "MemorySource.read: 'Reads a flat view, whole or not at all.'"),
                arguments(
                        WrongSources.TellsBackwards.class, "MemorySource.history: 'the last is the one that read gives'"));
    }

    @ParameterizedTest
    @MethodSource({"policies", "classifiers", "sources"})
    void aWrongPluginIsCaughtByTheRuleItBreaks(Class<?> contract, String rule) {
        assertThat(Outcomes.of(contract).broken()).anySatisfy((name, message) -> {
            assertThat(name).startsWith(rule);
            assertThat(message).startsWith(rule + " is broken: ");
        });
    }

    @ParameterizedTest
    @ValueSource(classes = {WrongClassifiers.Right.class, WrongClassifiers.SaysOneByteMore.class,
        WrongClassifiers.MeasuresInKibibytes.class, WrongClassifiers.ContradictsItselfOutside.class,
        WrongSources.Right.class, ListBackendTest.class})
    void whatIsRightPasses(Class<?> contract) {
        Outcomes outcomes = Outcomes.of(contract);
        assertThat(outcomes.broken()).isEmpty();
        assertThat(outcomes.kept()).hasSizeGreaterThan(5);
    }
}
