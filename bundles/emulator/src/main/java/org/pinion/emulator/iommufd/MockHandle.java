package org.pinion.emulator.iommufd;

/** A mock device as its maker holds it ({@code struct selftest_obj}): with it goes the device. Guarded by the lock. */
final class MockHandle extends IommufdObject {

    private PhysicalBinding binding;
    private MockPasids pasids;

    PhysicalBinding binding() {
        return binding;
    }

    MockPasids pasids() {
        return pasids;
    }

    void bound(PhysicalBinding bound, MockPasids reached) {
        binding = bound;
        pasids = reached;
    }

    @Override
    void destroyed() {
        pasids.detachAll();
        binding.unbind();
    }
}
