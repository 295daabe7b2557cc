package org.pinion.emulator;

import org.pinion.linux.Kernel;
import org.pinion.testkit.KernelContract;

/** What every kernel must keep. */
class EmulatedKernelContractTest extends KernelContract {

    private final Kernel kernel = EmulatedKernel.lab();

    @Override
    protected Kernel kernel() {
        return kernel;
    }
}
