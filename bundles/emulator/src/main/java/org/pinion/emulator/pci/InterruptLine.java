package org.pinion.emulator.pci;

import java.util.Optional;
import org.pinion.emulator.file.EventFile;

/**
 * The one interrupt of a function, as it reaches whoever enabled it: INTx masks itself when it comes and comes again
 * when it is unmasked while the device still raises it; MSI comes once each time it is raised (drivers/vfio/pci/
 * vfio_pci_intrs.c). One caller at a time.
 */
public final class InterruptLine {

    private Optional<EventFile> listener = Optional.empty();
    private boolean masksItself;
    private boolean masked;
    private boolean raised;

    InterruptLine() {}

    /**
     * @param told what is told
     * @param asPin whether it is INTx
     */
    public void enable(EventFile told, boolean asPin) {
        listener = Optional.of(told);
        masksItself = asPin;
        masked = false;
        tellIfPending();
    }

    /** Tells nobody any more. */
    public void disable() {
        listener = Optional.empty();
    }

    /** Keeps INTx back. */
    public void mask() {
        masked = true;
    }

    /** Lets INTx come again. */
    public void unmask() {
        masked = false;
        tellIfPending();
    }

    /**
     * The device raises it, perhaps once more: a message is sent each time.
     *
     * @param busMaster whether the device may write to memory, as a message does; one that it may not send is lost
     */
    void raise(boolean busMaster) {
        raised = true;
        if (masksItself) {
            tellIfPending();
        } else if (busMaster) {
            listener.ifPresent(EventFile::signal);
        }
    }

    void lower() {
        raised = false;
    }

    private void tellIfPending() {
        if (masksItself && raised && !masked && listener.isPresent()) {
            masked = true;
            listener.get().signal();
        }
    }
}
