package org.pinion.backend.vfio;

/** On the usual host. */
class VfioBackendContractTest extends VfioContract {

    VfioBackendContractTest() {
        super(Machine.usual());
    }
}
