package org.pinion.emulator.file;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file and how many need it ({@code f_ref} of struct file): its descriptor, calls that are in it, and mappings. It is
 * told of its end once, by the last one, whatever that is. Safe for use by many threads.
 */
public final class HeldFile implements AutoCloseable {

    private final OpenFile file;
    private final AtomicInteger users = new AtomicInteger(1);

    HeldFile(OpenFile file) {
        this.file = file;
    }

    /** {@return the file, which has not ended} */
    public OpenFile file() {
        return file;
    }

    /** Holds it once more; whoever calls this holds it already. */
    public void again() {
        users.incrementAndGet();
    }

    /** Holds it once more unless it has ended. */
    boolean hold() {
        int now = users.get();
        while (now != 0 && !users.compareAndSet(now, now + 1)) {
            now = users.get();
        }
        return now != 0;
    }

    /** Lets go of it; call it without a lock that the end of a file may want. */
    @Override
    public void close() {
        if (users.decrementAndGet() == 0) {
            file.release();
        }
    }
}
