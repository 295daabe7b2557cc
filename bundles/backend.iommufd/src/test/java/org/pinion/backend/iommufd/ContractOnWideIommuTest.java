package org.pinion.backend.iommufd;

/** Where the IOMMUs reach every address, the last one included. */
class ContractOnWideIommuTest extends IommufdContract {

    ContractOnWideIommuTest() {
        super(Machine.with(
                Machine.wide(Machine.EDU, 1, Machine.MSI), Machine.wide(Machine.EDU2, 2, Machine.MSI),
                Machine.mdev()));
    }
}
