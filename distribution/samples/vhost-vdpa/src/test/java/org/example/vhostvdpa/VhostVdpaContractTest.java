package org.example.vhostvdpa;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.testkit.BackendContract;

/** What every backend must keep, with devices of both kinds, of which one can use all addresses. */
class VhostVdpaContractTest {

    /** With one kind of device. */
    private abstract static class OfKind extends BackendContract {

        private final FakeKernel kernel = new FakeKernel();
        private final VhostVdpaBackend backend = new VhostVdpaBackend(kernel);
        private final VhostVdpaBackend successor = new VhostVdpaBackend(kernel);

        OfKind(FakeVdpa.Kind kind, AddressRange range) {
            kernel.device(kind).range = range;
        }

        @Override
        protected IommuBackend backend() {
            return backend;
        }

        @Override
        protected IommuBackend successor() {
            return successor;
        }

        @Override
        protected String device() {
            return "vdpa0";
        }

        @Override
        protected Mapping memory(AddressRange range) {
            return Scene.mapping(
                    range, kernel.memory(range.size(), Scene.READ_WRITE, true), Access.READ_WRITE);
        }

        @Override
        protected List<String> leftOver() {
            List<String> left = new ArrayList<>(kernel.open());
            if (kernel.pinned() != 0) {
                left.add(kernel.pinned() + " bytes pinned");
            }
            return left;
        }
    }

    @Nested
    class WherePagesArePinned extends OfKind {
        WherePagesArePinned() {
            super(FakeVdpa.Kind.PINS, new AddressRange(0, 0x7f_ffff_ffffL));
        }
    }

    @Nested
    class WhereTheDeviceWorksByAddress extends OfKind {
        WhereTheDeviceWorksByAddress() {
            super(FakeVdpa.Kind.BY_ADDRESS, AddressRange.ALL);
        }
    }
}
