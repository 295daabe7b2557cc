package org.pinion.keeper;

/** A record that cannot be read; the message says why. */
final class DamagedRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean later;

    private DamagedRecordException(String why, boolean later) {
        super(why);
        this.later = later;
    }

    static DamagedRecordException damaged(String why) {
        return new DamagedRecordException(why, false);
    }

    static DamagedRecordException ofLaterVersion(String why) {
        return new DamagedRecordException(why, true);
    }

    /** {@return whether a later version of Pinion can read it} */
    boolean ofLaterVersion() {
        return later;
    }
}
