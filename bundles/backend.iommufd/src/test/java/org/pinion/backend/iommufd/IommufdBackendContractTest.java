package org.pinion.backend.iommufd;

/** On the usual host. */
class IommufdBackendContractTest extends IommufdContract {

    IommufdBackendContractTest() {
        super(Machine.with(
                Machine.tracked(Machine.EDU, 1, Machine.MSI), Machine.edu(Machine.EDU2, 2, Machine.MSI),
                Machine.mdev()));
    }
}
