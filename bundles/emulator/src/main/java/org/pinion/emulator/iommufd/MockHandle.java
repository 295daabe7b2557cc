package org.pinion.emulator.iommufd;

/** A mock device as its maker holds it ({@code struct selftest_obj}): with it goes the device. Guarded by the lock. */
final class MockHandle extends IommufdObject {

    private PhysicalBinding binding;

    PhysicalBinding binding() {
        return binding;
    }

    void bound(PhysicalBinding bound) {
        binding = bound;
    }

    @Override
    void destroyed() {
        binding.unbind();
    }
}
