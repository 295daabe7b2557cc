package org.pinion.shell.report;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a recording cost when it was replayed, all in bytes but the counts.
 *
 * @param backend the backend that mapped
 * @param kernel the kernel it talks to
 * @param views flat views that followed one another
 * @param ours what was given to devices and taken from them here
 * @param remapped what stayed, but was taken from devices and given again, since the kernel cannot split a mapping
 * @param pinned what the kernel pinned, each time it did
 * @param left what was mapped at the end
 * @param ioctls system calls that the views took, without those that attached the devices
 * @param qemu what QEMU gave and took
 */
public record ReplayReport(
        String backend,
        String kernel,
        int views,
        Moved ours,
        long remapped,
        long pinned,
        long left,
        long ioctls,
        Moved qemu) {

    /**
     * Addresses that changed hands.
     *
     * @param mapped bytes given to devices
     * @param unmapped bytes taken from them
     */
    public record Moved(long mapped, long unmapped) {

        /** Nothing. */
        public static final Moved NOTHING = new Moved(0, 0);

        /**
         * Adds up.
         *
         * @param more what else was moved
         * @return both together
         */
        public Moved plus(Moved more) {
            return new Moved(mapped + more.mapped, unmapped + more.unmapped);
        }
    }

    /** {@return a table for people, ended by a newline} */
    public String text() {
        Columns head = new Columns();
        head.row("backend", backend);
        head.row("kernel", kernel);
        head.row("views", Integer.toString(views));
        head.row("ioctls", Long.toString(ioctls));
        Columns sums = new Columns();
        sums.row("", "here", "QEMU");
        sums.row("mapped", Sizes.of(ours.mapped()), Sizes.of(qemu.mapped()));
        sums.row("unmapped", Sizes.of(ours.unmapped()), Sizes.of(qemu.unmapped()));
        sums.row("remapped", Sizes.of(remapped), "");
        sums.row("pinned", Sizes.of(pinned), "");
        sums.row("at the end", Sizes.of(left), "");
        return head.text() + "\n" + sums.text();
    }

    /** {@return an object of JSON with plain numbers} */
    public Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("backend", backend);
        object.put("kernel", kernel);
        object.put("views", views);
        put(object, ours);
        object.put("bytesRemapped", remapped);
        object.put("bytesPinned", pinned);
        object.put("bytesFinal", left);
        object.put("ioctls", ioctls);
        Map<String, Object> theirs = new LinkedHashMap<>();
        put(theirs, qemu);
        object.put("qemu", theirs);
        return object;
    }

    private static void put(Map<String, Object> object, Moved moved) {
        object.put("bytesMapped", moved.mapped());
        object.put("bytesUnmapped", moved.unmapped());
    }
}
