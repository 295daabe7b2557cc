package org.pinion.backend.vfio;

import java.io.IOException;
import java.util.List;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.testkit.BackendContract;

/** What every backend must keep, on the emulator. */
abstract class VfioContract extends BackendContract {

    private final Machine machine;
    private final VfioBackend successor;

    VfioContract(Machine machine) {
        this.machine = machine;
        successor = new VfioBackend(machine.watched.kernel());
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
