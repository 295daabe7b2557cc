package org.pinion.core.space;

import org.pinion.api.AddressRange;
import org.pinion.api.DirtyLog;
import org.pinion.api.IommuException;
import org.pinion.api.RangeSet;
import org.pinion.spi.backend.BackendSession;
import org.pinion.spi.backend.DirtyTracking;

/** The log of written pages that a space has open, at most one; it takes turns with the space's writers. */
final class DirtyLogs {

    private final BackendSession session;
    private final WriterTurn turn;
    private final Check usable;
    private final Runnable afterwards;
    private DirtyLog open;

    /** Throws if the space cannot be used for an operation. */
    interface Check {
        void require(String operation) throws IommuException;
    }

    private interface Step<T> {
        T run() throws IommuException;
    }

    DirtyLogs(BackendSession session, WriterTurn turn, Check usable, Runnable afterwards) {
        this.session = session;
        this.turn = turn;
        this.usable = usable;
        this.afterwards = afterwards;
    }

    DirtyLog open() throws IommuException {
        String operation = "log dirty pages";
        return inTurn(operation, () -> {
            usable.require(operation);
            if (open != null) {
                throw new IommuException(operation, "they are logged already", "use that log, or close it first");
            }
            open = new Log(session.startDirtyTracking());
            return open;
        });
    }

    /** {@return whether a log is open; asked in turn} */
    boolean isOpen() {
        return open != null;
    }

    /** Ends the log that is open, if there is one, and says whether there was; called in turn. */
    boolean end() throws IommuException {
        boolean tracked = open != null;
        open = null;
        if (tracked) {
            session.stopDirtyTracking();
        }
        return tracked;
    }

    private <T> T inTurn(String operation, Step<T> step) throws IommuException {
        turn.take(operation);
        try {
            return step.run();
        } finally {
            turn.give();
            afterwards.run();
        }
    }

    private final class Log implements DirtyLog {

        private final DirtyTracking tracking;

        Log(DirtyTracking tracking) {
            this.tracking = tracking;
        }

        @Override
        public long pageSize() {
            return tracking.pageSize();
        }

        @Override
        public boolean exact() {
            return tracking.exact();
        }

        @Override
        public RangeSet take(AddressRange range, long page) throws IommuException {
            String operation = "tell dirty pages of " + range;
            requireFit(operation, range, page);
            return inTurn(operation, () -> {
                usable.require(operation);
                if (open != this) {
                    throw new IommuException(operation, "the log is closed", "open another one");
                }
                return session.takeDirty(range).widen(page);
            });
        }

        private void requireFit(String operation, AddressRange range, long page) throws IommuException {
            if (Long.bitCount(page) != 1 || Long.compareUnsigned(page, pageSize()) < 0) {
                throw new IommuException(
                        operation,
                        "a page of 0x%x bytes is no power of two from 0x%x up".formatted(page, pageSize()),
                        "ask for pages of 0x%x bytes".formatted(pageSize()));
            }
            if (((range.start() | range.last() + 1) & (page - 1)) != 0) {
                throw new IommuException(
                        operation,
                        "the range does not begin and end with pages of 0x%x bytes".formatted(page),
                        "ask for whole pages");
            }
        }

        @Override
        public void close() throws IommuException {
            inTurn("end the log of dirty pages", () -> {
                boolean tracked = open == this && usable();
                open = open == this ? null : open;
                if (tracked) {
                    session.stopDirtyTracking();
                }
                return null;
            });
        }

        /** The end of a space has ended the tracking too. */
        private boolean usable() {
            try {
                usable.require("end the log of dirty pages");
                return true;
            } catch (IommuException gone) {
                return false;
            }
        }
    }
}
