package org.pinion.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each wrong backend is caught, by the rule that it breaks. */
class WrongBackendsTest {

    static Stream<Arguments> wrong() {
        return Stream.of(
                Arguments.of(WrongBackends.ProbesWithATrace.class, "IommuBackend.probe: 'Cheap, and leaves no trace.'"),
                Arguments.of(
                        WrongBackends.ChangesItsMind.class,
                        "BackendSession.capabilities: 'the same answer for its whole life'"),
                Arguments.of(
                        WrongBackends.ForgetsWhatIsReserved.class,
                        "BackendSession.preflight: 'its limits, as the kernel will enforce them'"),
                Arguments.of(
                        WrongBackends.AttachesToAsk.class,
                        "BackendSession.preflight: 'without letting it into this address space'"),
                Arguments.of(
                        WrongExpectations.ExpectsAnother.class,
                        "BackendSession.expect: 'the limits that are to be expected here'"),
                Arguments.of(
                        WrongExpectations.ExpectsNothing.class,
                        "BackendSession.expect: 'the limits that are to be expected here'"),
                Arguments.of(WrongExpectations.OpensIt.class, "BackendSession.expect: 'without opening it'"),
                Arguments.of(
                        WrongExpectations.ExpectsTheWorst.class,
                        "BackendSession.expect: 'What a guess cannot know is taken as it would be best.'"),
                Arguments.of(
                        WrongExpectations.ExpectsLargePages.class,
                        "BackendSession.expect: 'What a guess cannot know is taken as it would be best.'"),
                Arguments.of(
                        WrongBackends.ComplainsOfRelease.class,
                        "BackendSession.release: 'A device that is not open is ignored.'"),
                Arguments.of(
                        WrongBackends.MapsOver.class,
                        "BackendSession.map: 'if the kernel refuses, with its errno, the range and the cause in words'"),
                Arguments.of(
                        WrongBackends.StopsHalfWay.class,
                        "BackendSession: 'A method that throws has changed nothing, unless it says otherwise.'"),
                Arguments.of(
                        WrongBackends.TakesLessForAll.class,
                        "BackendSession.unmap: 'or removed less than the whole mapping: then it throws'"),
                Arguments.of(
                        WrongBackends.SaysThatNothingWasThere.class,
                        "BackendSession.unmap: 'or removed less than the whole mapping: then it throws'"),
                Arguments.of(
                        WrongBackends.KeepsTheMiddle.class,
                        "BackendSession.cut: 'each becomes a mapping of its own'"),
                Arguments.of(
                        WrongBackends.ClosesTwice.class,
                        "BackendSession.close: 'Closing twice does nothing.'"),
                Arguments.of(
                        WrongBackends.LeavesDevicesOpen.class,
                        "BackendSession.close: 'Detaches and closes every device, removes every mapping'"),
                Arguments.of(
                        WrongBackends.AdoptsWithoutMappings.class,
                        "IommuBackend.adopt: 'what is mapped, pinned and attached stays so'"),
                Arguments.of(
                        WrongBackends.ForgetsWhatItLearned.class,
                        "BackendSession.handOver: 'devices that are only learned about'"),
                Arguments.of(
                        WrongBackends.ClosesWhatItHandsOver.class,
                        "IommuBackend.adopt: 'what is mapped, pinned and attached stays so'"),
                Arguments.of(WrongBackends.ReadsEveryVersion.class, "HandOver: 'who adopts knows it or refuses'"),
                Arguments.of(
                        WrongBackends.SharesItsList.class, "BackendSession: 'One IO address space of the kernel'"),
                Arguments.of(
                        WrongBackends.KnowsNoUpperHalf.class,
                        "BackendSession.usable: 'What the kernel lets be mapped now'"),
                Arguments.of(WrongBackends.Blocks.class, "BackendSession.map: 'Maps, at exactly the given addresses.'"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void aWrongBackendIsCaughtByTheRuleItBreaks(Class<?> contract, String rule) {
        Outcomes outcomes = Outcomes.of(contract);
        assertThat(outcomes.broken()).anySatisfy((name, message) -> {
            assertThat(name).startsWith(rule);
            assertThat(message).startsWith(rule + " is broken: ");
        });
    }
}
