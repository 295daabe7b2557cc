package org.pinion.core.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import org.pinion.core.space.PluginAway;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Decision;
import org.pinion.api.DmaTopics;
import org.pinion.api.FlatView;
import org.pinion.api.FlatViewChange;
import org.pinion.api.IommuException;
import org.pinion.api.IovaLimits;
import org.pinion.api.Plan;
import org.pinion.api.Route;
import org.pinion.api.Section;
import org.pinion.api.SpaceOptions;
import org.pinion.api.Trait;
import org.pinion.api.runtime.PluginInfo;
import org.pinion.api.runtime.PluginInfo.State;
import org.pinion.core.plan.Goal;
import org.pinion.core.plan.Planned;
import org.pinion.spi.backend.BackendCapabilities;
import org.pinion.spi.memory.MemoryClassifier;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

class PluginRegistryTest {

    private static final SpaceOptions OPTIONS = new SpaceOptions("guest", "fake", List.of("p"));
    private static final FlatView VIEW = FlatView.of(
            "v",
            List.of(Section.ram(AddressRange.ofSize(0, 0x1000), new Backing.MemoryFile(3, 0, 0), "ram")));
    private static final MappingPolicy MAP =
            _ -> Verdict.map(Access.READ_WRITE, Set.of(Route.FILE), "all", "all is mapped");

    private final List<String> events = new CopyOnWriteArrayList<>();
    private final List<String> causes = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();
    private final Guard guard = new Guard(() -> Duration.ofMillis(1000));
    private volatile Duration absence = Duration.ofSeconds(20);
    private final PluginRegistry registry = new PluginRegistry(
            guard,
            (topic, properties) -> events.add("%s %s %s"
                    .formatted(
                            topic.replace("org/pinion/plugin/", ""),
                            properties.get(DmaTopics.PLUGIN),
                            properties.get(DmaTopics.BUNDLE))),
            later::add,
            new PluginListener() {
                @Override
                public Runnable plansMayChange(String cause) {
                    return () -> causes.add(cause);
                }

                @Override
                public void backendLeft(Plugin backend, boolean replaced) {
                    causes.add(backend + " left");
                }

                @Override
                public void backendGone(long id) {
                    causes.add("backend " + id + " is gone");
                }

                @Override
                public void backendArrived(Plugin backend) {
                    causes.add(backend + " arrived");
                }
            },
            () -> absence);
    private final PluginPlanMaker planner = new PluginPlanMaker(registry, guard);

    /** A policy that does what it is told once its trial is over. */
    private static final class MoodyPolicy implements MappingPolicy {
        private volatile MappingPolicy mood = MAP;

        @Override
        public Verdict decide(Candidate candidate) {
            return mood.decide(candidate);
        }
    }

    private void policy(String name, long id, int ranking, MappingPolicy policy) {
        registry.arrived(new Plugin(PluginKind.POLICY, name, "org.p" + id + " 1.0.0", id, ranking, policy));
    }

    private void classifier(String name, long id, MemoryClassifier classifier) {
        registry.arrived(new Plugin(PluginKind.CLASSIFIER, name, "org.c" + id + " 1.0.0", id, 0, classifier));
    }

    private void followUp() {
        List<Runnable> tasks = List.copyOf(later);
        later.clear();
        tasks.forEach(Runnable::run);
    }

    private Plan plan() throws IommuException {
        return plan(Goal.whole(VIEW, IovaLimits.intersect(4096, List.of()))).plan();
    }

    private Planned plan(Goal goal) throws IommuException {
        return planner.plan(OPTIONS, new BackendCapabilities(Set.of(Route.FILE), 4096, ""), goal);
    }

    private IommuException failure() {
        return catchThrowableOfType(IommuException.class, this::plan);
    }

    @Test
    void theHighestRankedOfOneNameIsUsedThenTheOldest() {
        policy("p", 3, 0, MAP);
        policy("p", 1, 0, MAP);
        policy("p", 2, 5, MAP);

        assertThat(registry.inUse(PluginKind.POLICY)).extracting(Plugin::id).containsExactly(2L);
        assertThat(registry.plugins())
                .extracting(PluginInfo::bundle, PluginInfo::state)
                .containsExactly(
                        tuple("org.p2 1.0.0", State.ACTIVE),
                        tuple("org.p1 1.0.0", State.SHADOWED),
                        tuple("org.p3 1.0.0", State.SHADOWED));

        registry.left(PluginKind.POLICY, 2, false);
        assertThat(registry.inUse(PluginKind.POLICY)).extracting(Plugin::id).containsExactly(1L);
    }

    @Test
    void theDepartureOfAnOldServiceLeavesItsReplacementAlone() throws IommuException {
        policy("p", 1, 0, MAP);
        policy("p", 2, 0, MAP);
        registry.left(PluginKind.POLICY, 1, false);
        registry.left(PluginKind.POLICY, 1, false);

        assertThat(registry.inUse(PluginKind.POLICY)).extracting(Plugin::id).containsExactly(2L);
        assertThat(plan().decisions()).hasSize(1);
    }

    @Test
    void arrivalAndDepartureAreFollowedUpOnTheCoresThread() {
        policy("p", 1, 0, MAP);
        registry.left(PluginKind.POLICY, 1, false);
        assertThat(causes).isEmpty();

        followUp();

        assertThat(causes)
                .containsExactly(
                        "policy 'p' of bundle org.p1 1.0.0 arrived", "policy 'p' of bundle org.p1 1.0.0 left");
        assertThat(events).containsExactly("ARRIVED p org.p1 1.0.0", "LEFT p org.p1 1.0.0");
    }

    @Test
    void aPlanUnitesWhatAllClassifiersSayUnderTheirNames() throws IommuException {
        policy("p", 1, 0, MAP);
        classifier("b", 2, sections -> sections.stream()
                .map(section -> Trait.of(section.range(), "red", "looked"))
                .toList());
        classifier("a", 3, sections -> sections.stream()
                .map(section -> Trait.of(section.range(), "red", "looked"))
                .toList());

        Decision decision = plan().decisions().getFirst();

        assertThat(decision.traits()).extracting(Trait::by).containsExactly("a", "b");
    }

    @Test
    void aMissingPolicyIsNamedWithThoseThatAreThere() {
        policy("other", 1, 0, MAP);

        assertThat(failure()).hasMessageContaining("policy 'p' is not there; there are: other");
    }

    @Test
    void aPluginThatFailsItsTrialChangesNothingAndIsQuarantined() throws IommuException {
        policy("p", 1, 0, MAP);
        classifier("sick", 2, _ -> {
            throw new IllegalStateException("no");
        });
        classifier("nil", 3, _ -> null);
        classifier("deep", 4, sections -> endless(sections));
        classifier("unlinked", 5, _ -> {
            throw new NoClassDefFoundError("org/elsewhere/Missing");
        });

        assertThat(plan().decisions()).hasSize(1);
        followUp();

        assertThat(causes).containsExactly("policy 'p' of bundle org.p1 1.0.0 arrived");
        assertThat(registry.plugins())
                .filteredOn(info -> info.state() == State.QUARANTINED)
                .extracting(PluginInfo::name)
                .containsExactly("deep", "nil", "sick", "unlinked");
        assertThat(events).contains("FAILED sick org.c2 1.0.0", "FAILED nil org.c3 1.0.0");
    }

    private static List<Trait> endless(List<Section> sections) {
        return endless(sections);
    }

    @Test
    void aPluginThatHangsInItsTrialIsQuarantinedAfterItsBudget() throws IommuException {
        CountDownLatch never = new CountDownLatch(1);
        policy("p", 1, 0, MAP);
        classifier("stuck", 2, _ -> {
            awaitQuietly(never);
            return List.of();
        });

        assertThat(plan().decisions()).hasSize(1);
        assertThat(registry.plugins())
                .filteredOn(info -> info.name().equals("stuck"))
                .extracting(PluginInfo::state, PluginInfo::detail)
                .containsExactly(tuple(State.QUARANTINED, "failed its trial: did not answer within 1000 ms"));
    }

    /** A plugin that does not even end when it is interrupted. */
    private static void awaitQuietly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException ignored) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void aPluginThatFailsLaterFailsTheOperationThatNeededIt() {
        MoodyPolicy moody = new MoodyPolicy();
        policy("p", 1, 0, moody);
        registry.inUse(PluginKind.POLICY);
        moody.mood = _ -> null;

        assertThat(failure())
                .hasMessageContaining("policy 'p' of bundle org.p1 1.0.0 answered null")
                .hasMessageContaining("update or stop bundle org.p1 1.0.0");
        assertThat(events).last().isEqualTo("FAILED p org.p1 1.0.0");
        assertThat(registry.plugins()).extracting(PluginInfo::state).containsExactly(State.ACTIVE);
    }

    @Test
    void aPolicyThatHangsLaterFailsTheOperationAfterItsBudget() {
        MoodyPolicy moody = new MoodyPolicy();
        CountDownLatch never = new CountDownLatch(1);
        policy("p", 1, 0, moody);
        registry.inUse(PluginKind.POLICY);
        moody.mood = _ -> {
            awaitQuietly(never);
            return null;
        };

        assertThat(failure()).hasMessageContaining("policy 'p' of bundle org.p1 1.0.0 did not answer within 1000 ms");
    }

    @Test
    void threeFailuresInARowQuarantineUntilTheServiceIsRegisteredAnew() throws IommuException {
        MoodyPolicy moody = new MoodyPolicy();
        policy("p", 1, 0, moody);
        registry.inUse(PluginKind.POLICY);
        moody.mood = _ -> null;
        failure();
        failure();
        moody.mood = MAP;
        plan();
        moody.mood = _ -> null;
        failure();
        failure();
        assertThat(registry.inUse(PluginKind.POLICY)).hasSize(1);
        failure();
        moody.mood = MAP;

        assertThat(failure())
                .hasMessageContaining("policy 'p' is quarantined (policy 'p' of bundle org.p1 1.0.0 failed 3 times");
        later.removeFirst();
        followUp();
        assertThat(causes).containsExactly("policy 'p' of bundle org.p1 1.0.0 was quarantined");

        registry.left(PluginKind.POLICY, 1, false);
        policy("p", 9, 0, moody);
        assertThat(plan().decisions()).hasSize(1);
    }

    @Test
    void aReleasedPluginIsTriedOutAndUsedAgain() throws IommuException {
        MoodyPolicy moody = new MoodyPolicy();
        policy("p", 1, 0, moody);
        registry.inUse(PluginKind.POLICY);
        moody.mood = _ -> null;
        failure();
        failure();
        failure();
        assertThat(registry.release("p")).isEqualTo(1);
        assertThat(registry.inUse(PluginKind.POLICY)).as("still sick: it fails its trial").isEmpty();

        moody.mood = MAP;
        assertThat(registry.release("p")).isEqualTo(1);
        assertThat(plan().decisions()).hasSize(1);
        assertThat(registry.release("p")).as("not in quarantine").isZero();
        assertThat(registry.release("q")).as("not there").isZero();
    }

    @Test
    void aClassifierThatCannotFindOutFailsThePlanAndIsNotSick() {
        policy("p", 1, 0, MAP);
        classifier("vma", 2, sections -> {
            throw new IommuException("read /proc/self/maps", "cannot be read", "mount /proc");
        });

        for (int i = 0; i < 5; i++) {
            assertThat(failure())
                    .hasMessageContaining("classify by 'vma'")
                    .hasMessageContaining("cannot be read; remedy: mount /proc");
        }
        assertThat(registry.plugins()).extracting(PluginInfo::state).containsOnly(State.ACTIVE);
    }

    @Test
    void manyShortCallsMayTogetherTakeLongerThanTheBudget() throws IommuException {
        MoodyPolicy slow = new MoodyPolicy();
        policy("p", 1, 0, slow);
        registry.inUse(PluginKind.POLICY);
        slow.mood = part -> {
            long end = System.nanoTime() + Duration.ofMillis(100).toNanos();
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            return MAP.decide(part);
        };
        List<Section> many = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            many.add(Section.ram(AddressRange.ofSize(i * 0x2000L, 0x1000), new Backing.MemoryFile(3, 0, 0), "r"));
        }

        Plan plan = plan(Goal.whole(FlatView.of("many", many), IovaLimits.intersect(4096, List.of()))).plan();

        assertThat(plan.decisions()).hasSize(12);
    }

    @Test
    void whatAPolicySaidIsForgottenWithItsService() throws IommuException {
        policy("p", 1, 0, MAP);
        Planned before = plan(Goal.whole(VIEW, IovaLimits.intersect(4096, List.of())));
        policy("p", 2, 1, _ -> Verdict.skip("none", "nothing is mapped"));

        Planned after = plan(Goal.change(before, FlatViewChange.NONE, before.plan().limits()));

        assertThat(before.plan().decisions()).extracting(Decision::rule).containsExactly("p/all");
        assertThat(after.plan().decisions()).extracting(Decision::rule).containsExactly("p/none");
    }

    @Test
    void whatAClassifierDidNotSayIsAskedForWhenItComes() throws IommuException {
        policy("p", 1, 0, MAP);
        Planned before = plan(Goal.whole(VIEW, IovaLimits.intersect(4096, List.of())));
        registry.arrived(new Plugin(PluginKind.CLASSIFIER, "c", "org.c 1.0.0", 2, 0, (MemoryClassifier) sections ->
                sections.stream().map(section -> Trait.of(section.range(), "seen", "it shows")).toList()));

        Planned after = plan(Goal.change(before, FlatViewChange.NONE, before.plan().limits()));

        assertThat(after.plan().decisions().getFirst().traits()).extracting(Trait::name).containsExactly("seen");
    }

    @Test
    void nobodyWaitsForWhomTheCoreLetsGoOfOnceItHasStopped() throws Exception {
        policy("p", 1, 0, MAP);
        classifier("eye", 1, _ -> List.of());
        followUp();
        registry.stop();
        registry.left(PluginKind.CLASSIFIER, 1, true);
        assertThat(plan().mapped()).hasSize(1);
    }

    @Test
    void aPlanWaitsForAClassifierThatIsBeingReplaced() throws Exception {
        classifier("eye", 1, sections -> sections.stream()
                .map(section -> Trait.of(section.range(), "odd", "by looking"))
                .toList());
        policy("p", 2, 0, part -> part.is("odd") ? Verdict.skip("odd", "it is odd") : MAP.decide(part));
        followUp();
        registry.left(PluginKind.CLASSIFIER, 1, true);
        assertThat(later).isEmpty();
        assertThat(failure())
                .isInstanceOf(PluginAway.class)
                .hasMessageContaining("classifier 'eye' of bundle org.c1 1.0.0 is being replaced");
        classifier("eye", 3, _ -> List.of());
        followUp();
        assertThat(plan().mapped()).hasSize(1);
        assertThat(causes).containsExactly(
                "classifier 'eye' of bundle org.c1 1.0.0 arrived",
                "policy 'p' of bundle org.p2 1.0.0 arrived",
                "classifier 'eye' of bundle org.c3 1.0.0 arrived");
    }

    @Test
    void aPluginThatLeavesAgainBeforeItsTrialIsWaitedForToo() {
        policy("p", 1, 0, MAP);
        classifier("eye", 2, _ -> List.of());
        registry.left(PluginKind.CLASSIFIER, 2, true);
        assertThat(failure()).isInstanceOf(PluginAway.class).hasMessageContaining("org.c2 1.0.0 is being replaced");
    }

    @Test
    void aPluginThatIsNotReplacedInTimeIsPlannedWithout() throws Exception {
        absence = Duration.ofMillis(20);
        classifier("eye", 1, _ -> List.of());
        policy("p", 2, 0, MAP);
        followUp();
        registry.left(PluginKind.CLASSIFIER, 1, true);
        await().until(() -> !later.isEmpty());
        followUp();
        assertThat(plan().mapped()).hasSize(1);
        assertThat(causes).last().isEqualTo("classifier 'eye' of bundle org.c1 1.0.0 left");
    }

    @Test
    void plansThatWaitedForAPluginAreMadeWithoutItIfItsSuccessorIsSick() throws Exception {
        classifier("eye", 1, _ -> List.of());
        policy("p", 2, 0, MAP);
        followUp();
        causes.clear();
        registry.left(PluginKind.CLASSIFIER, 1, true);
        assertThat(failure()).isInstanceOf(PluginAway.class);

        classifier("eye", 3, _ -> null);
        followUp();

        assertThat(causes).containsExactly("classifier 'eye' of bundle org.c3 1.0.0 arrived");
        assertThat(plan().mapped()).hasSize(1);
    }

    @Test
    void anotherRankingOfAServiceThatIsThereIsTakenOverAndPlannedBy() throws Exception {
        policy("p", 1, 0, MAP);
        policy("p", 2, 0, _ -> Verdict.skip("none", "nothing is mapped"));
        followUp();
        causes.clear();
        assertThat(plan().mapped()).hasSize(1);

        change("p", 2, 9, _ -> Verdict.skip("none", "nothing is mapped"));
        followUp();

        assertThat(causes).containsExactly("policy 'p' of bundle org.p2 1.0.0 changed");
        assertThat(plan().mapped()).isEmpty();
        change("q", 2, 9, MAP);
        assertThat(plan().mapped()).hasSize(1);
    }

    private void change(String name, long id, int ranking, MappingPolicy policy) {
        registry.changed(new Plugin(PluginKind.POLICY, name, "org.p" + id + " 1.0.0", id, ranking, policy));
    }

    @Test
    void whatAPolicySaidBeforeItChangedIsForgotten() throws Exception {
        MoodyPolicy moody = new MoodyPolicy();
        policy("p", 1, 0, moody);
        Planned before = plan(Goal.whole(VIEW, IovaLimits.intersect(4096, List.of())));
        moody.mood = _ -> Verdict.skip("none", "nothing is mapped");
        change("p", 1, 0, moody);

        Planned after = plan(Goal.change(before, FlatViewChange.NONE, before.plan().limits()));

        assertThat(after.plan().decisions()).extracting(Decision::rule).containsExactly("p/none");
    }

    @Test
    void whatChangesForTheWorseIsQuarantinedAndPlannedWithout() throws Exception {
        policy("p", 1, 0, MAP);
        classifier("eye", 2, _ -> List.of());
        followUp();
        causes.clear();
        registry.changed(new Plugin(
                PluginKind.CLASSIFIER, "eye", "org.c2 1.0.0", 2, 0, (MemoryClassifier) _ -> null));
        followUp();

        assertThat(causes).containsExactly("classifier 'eye' of bundle org.c2 1.0.0 changed");
        assertThat(events).contains("FAILED eye org.c2 1.0.0");
        assertThat(plan().mapped()).hasSize(1);
    }
}
