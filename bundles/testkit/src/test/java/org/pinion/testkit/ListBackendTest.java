package org.pinion.testkit;

import java.util.List;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.Mapping;
import org.pinion.api.Route;
import org.pinion.spi.backend.IommuBackend;

/** The contract on a backend that keeps it. */
class ListBackendTest extends BackendContract {

    private final ListBackend backend = newBackend();

    /** {@return the backend on trial; that of a subclass is wrong} */
    ListBackend newBackend() {
        return new ListBackend();
    }

    @Override
    protected IommuBackend backend() {
        return backend;
    }

    @Override
    protected String device() {
        return ListBackend.DEVICE;
    }

    @Override
    protected Mapping memory(AddressRange range) {
        return new Mapping(range, Access.READ_WRITE, Route.USER, new Backing.UserMemory(0x7f0000000000L));
    }

    @Override
    protected List<String> leftOver() {
        return List.copyOf(backend.open.keySet());
    }
}
