package org.pinion.lab;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.pinion.api.AddressRange;
import org.pinion.api.Mapping;
import org.pinion.spi.backend.IommuBackend;
import org.pinion.testkit.BackendContract;

/** What every backend must keep, tried on a shipped one. An emulated processor takes its time. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BackendOnThisKernel extends BackendContract {

    /** The one on trial: JUnit makes the instances of this class, a new one for each rule. */
    private static volatile Bench bench;

    static void onTrial(Bench next) {
        bench = next;
    }

    @Override
    protected IommuBackend backend() {
        return bench.backend();
    }

    @Override
    protected String device() {
        return bench.device();
    }

    @Override
    protected Mapping memory(AddressRange range) {
        return bench.memory(range);
    }

    @Override
    protected List<String> leftOver() throws IOException {
        return bench.leftOver();
    }
}
