package org.pinion.emulator.iommufd;

import org.pinion.emulator.file.OpenFile;

/** The descriptor of an access that a test has made; with it goes the access. */
final class MockAccessFile implements OpenFile {

    private final EmulatedBinding binding;
    private final boolean pins;
    private int next;

    /**
     * @param binding the access
     * @param pins whether it may pin pages
     */
    MockAccessFile(EmulatedBinding binding, boolean pins) {
        this.binding = binding;
        this.pins = pins;
    }

    EmulatedBinding binding() {
        return binding;
    }

    boolean pins() {
        return pins;
    }

    /** A number for what is pinned next. */
    int nextPin() {
        return next;
    }

    /** It was pinned: the number is taken. */
    void pinned() {
        next++;
    }

    @Override
    public void release() {
        binding.unbind();
    }
}
