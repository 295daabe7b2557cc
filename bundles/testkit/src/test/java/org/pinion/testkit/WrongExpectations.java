package org.pinion.testkit;

import java.util.List;
import java.util.function.BiFunction;
import org.pinion.api.AddressRange;
import org.pinion.api.DeviceLimits;
import org.pinion.api.RangeSet;

/** Backends that each expect something wrong of a device that another session has, under the contract. */
final class WrongExpectations {

    private WrongExpectations() {}

    /** The contract on a backend that expects what it is told to. */
    abstract static class Under extends ListBackendTest {

        private final BiFunction<ListBackend, DeviceLimits, DeviceLimits> expectation;

        Under(BiFunction<ListBackend, DeviceLimits, DeviceLimits> expectation) {
            this.expectation = expectation;
        }

        @Override
        ListBackend newBackend() {
            return new ListBackend() {
                @Override
                ListSession session(String name) {
                    return new ListSession(this, name) {
                        @Override
                        public DeviceLimits expect(DeviceLimits elsewhere) {
                            return expectation.apply(backend, elsewhere);
                        }
                    };
                }
            };
        }
    }

    /** Tells of the device that it has itself. */
    static class ExpectsAnother extends Under {
        ExpectsAnother() {
            super((_, elsewhere) -> elsewhere.of("0000:00:1f.0"));
        }
    }

    /** Has no expectations. */
    static class ExpectsNothing extends Under {
        ExpectsNothing() {
            super((_, _) -> null);
        }
    }

    /** Looks where it is to guess. */
    static class OpensIt extends Under {
        OpensIt() {
            super((backend, elsewhere) -> {
                backend.open.put(elsewhere.device(), backend);
                return elsewhere;
            });
        }
    }

    /** Takes what it does not know for forbidden. */
    static class ExpectsTheWorst extends Under {
        ExpectsTheWorst() {
            super((_, elsewhere) -> new DeviceLimits(
                    elsewhere.device(), RangeSet.of(new AddressRange(0, 0xffffL)), elsewhere.alignment(), List.of()));
        }
    }

    /** Counts on pages that are larger than those there are. */
    static class ExpectsLargePages extends Under {
        ExpectsLargePages() {
            super((_, elsewhere) ->
                    new DeviceLimits(elsewhere.device(), elsewhere.usable(), 2L << 20, elsewhere.reserved()));
        }
    }
}
