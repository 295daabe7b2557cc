package org.pinion.testkit;

import org.pinion.linux.Kernel;
import org.pinion.linux.ffm.NativeKernel;

/** The kernel of the machine on which this is built. */
class NativeKernelContractTest extends KernelContract {

    private final Kernel kernel = new NativeKernel();

    @Override
    protected Kernel kernel() {
        return kernel;
    }
}
