package org.pinion.backend.iommufd;

import java.io.IOException;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.testkit.BackendContract;

/** What every backend must keep, on the emulator. */
abstract class IommufdContract extends BackendContract {

    private final Machine machine;
    private final IommufdBackend successor;

    IommufdContract(Machine machine) {
        this.machine = machine;
        successor = new IommufdBackend(machine.watched.kernel());
    }

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
