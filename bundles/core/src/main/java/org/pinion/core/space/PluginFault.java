package org.pinion.core.space;

/** A plugin broke its contract, and it is known whose it is. */
public abstract class PluginFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param reason what it did
     * @param cause what it threw; null if nothing
     */
    protected PluginFault(String reason, Throwable cause) {
        super(reason, cause);
    }

    /** {@return which plugin of which bundle did what, a sentence} */
    public abstract String sentence();

    /** {@return what can be done about it} */
    public abstract String remedy();
}
