package org.pinion.testkit;

import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.Access;
import org.pinion.api.Route;
import org.pinion.api.SectionKind;
import org.pinion.spi.policy.Candidate;
import org.pinion.spi.policy.Conflict;
import org.pinion.spi.policy.MappingPolicy;
import org.pinion.spi.policy.Verdict;

/** Policies that each do one thing wrong, under the contract. */
final class WrongPolicies {

    private WrongPolicies() {}

    private static Verdict map() {
        return Verdict.map(Access.READ, Set.of(Route.USER), "ram", "it is RAM");
    }

    /** The contract on one policy. */
    abstract static class Under extends PolicyContract {
        private final MappingPolicy policy;

        Under(MappingPolicy policy) {
            this.policy = policy;
        }

        @Override
        protected MappingPolicy policy() {
            return policy;
        }
    }

    /** Has nothing to say about registers. */
    static class SaysNothing extends Under {
        SaysNothing() {
            super(candidate -> candidate.section().kind() == SectionKind.MMIO ? null : map());
        }
    }

    /** Sets devices apart before anybody has asked about a conflict. */
    static class SetsApartAtOnce extends Under {
        SetsApartAtOnce() {
            super(candidate -> candidate.range().start() < 0 ? Verdict.apart("high", "it is high up", "") : map());
        }
    }

    /** Skips without a word. */
    static class GivesNoReason extends Under {
        GivesNoReason() {
            super(_ -> Verdict.skip("no", ""));
        }
    }

    /** Maps by no way. */
    static class MapsByNoWay extends Under {
        MapsByNoWay() {
            super(_ -> Verdict.map(Access.READ, Set.of(), "ram", "it is RAM"));
        }
    }

    /** Lets only so many sections in. */
    static class CountsWhatItMaps extends Under {
        CountsWhatItMaps() {
            super(new MappingPolicy() {
                private final AtomicInteger asked = new AtomicInteger();

                @Override
                public Verdict decide(Candidate candidate) {
                    return asked.incrementAndGet() > 100 ? Verdict.skip("full", "there are enough") : map();
                }
            });
        }
    }

    /** Compares a section with the one that it was asked about before. */
    static class RemembersTheLast extends Under {
        RemembersTheLast() {
            super(new MappingPolicy() {
                private final ThreadLocal<SectionKind> last = new ThreadLocal<>();

                @Override
                public Verdict decide(Candidate candidate) {
                    SectionKind before = last.get();
                    last.set(candidate.section().kind());
                    return before == SectionKind.ROM ? Verdict.skip("after-rom", "it follows a ROM") : map();
                }
            });
        }
    }

    /** Says that it does not look at devices, and does. */
    static class LooksAtDevicesInSecret extends Under {
        LooksAtDevicesInSecret() {
            super(new MappingPolicy() {
                @Override
                public Verdict decide(Candidate candidate) {
                    return candidate.planning().devices().size() > 1 ? map() : Verdict.skip("alone", "it is alone");
                }

                @Override
                public boolean looksAtDevices() {
                    return false;
                }
            });
        }
    }

    /** Refuses in a conflict and does not say why. */
    static class RefusesAConflictWithoutAReason extends Under {
        RefusesAConflictWithoutAReason() {
            super(new MappingPolicy() {
                @Override
                public Verdict decide(Candidate candidate) {
                    return map();
                }

                @Override
                public Verdict conflict(Candidate candidate, Conflict conflict) {
                    return Verdict.refuse("", "", "");
                }
            });
        }
    }

    /** Waits for what never comes. */
    @Timeout(value = 300, unit = TimeUnit.MILLISECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    static class Blocks extends Under {
        Blocks() {
            super(_ -> {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException end) {
                    Thread.currentThread().interrupt();
                }
                return map();
            });
        }
    }
}
