package org.pinion.backend.iommufd;

import java.io.IOException;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.testkit.BackendContract;

/** What every backend must keep, on the emulator. */
class IommufdBackendContractTest extends BackendContract {

    private final Machine machine = Machine.with(
            Machine.tracked(Machine.EDU, 1, Machine.MSI), Machine.edu(Machine.EDU2, 2, Machine.MSI), Machine.mdev());
    private final IommufdBackend successor = new IommufdBackend(machine.watched.kernel());

    @Override
    protected IommuBackend backend() {
        return machine.backend;
    }

    @Override
    protected IommuBackend successor() {
        return successor;
    }

    @Override
    protected String device() {
        return Machine.EDU;
    }

    @Override
    protected Mapping memory(AddressRange range) {
        return machine.ram(range.start(), range.size());
    }

    @Override
    protected List<String> leftOver() throws IOException {
        return machine.leaks();
    }
}
