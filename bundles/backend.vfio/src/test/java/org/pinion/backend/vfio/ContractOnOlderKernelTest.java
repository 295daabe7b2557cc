package org.pinion.backend.vfio;

/** On Linux 6.12, where the IOMMU reaches every address, the last one included. */
class ContractOnOlderKernelTest extends VfioContract {

    ContractOnOlderKernelTest() {
        super(Machine.olderAndWide());
    }
}
