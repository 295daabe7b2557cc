package org.pinion.shell.dma;

import java.util.List;
import java.util.Optional;
import org.pinion.api.AddressRange;

/** What came of letting one device move bytes. */
public sealed interface DmaResult {

    /** {@return the device's address} */
    String device();

    /** {@return which device it is, such as PCI vendor and device number {@code 1234:11e8}} */
    String identity();

    /** {@return what went wrong, a sentence each; empty if nothing did} */
    List<String> failures();

    /**
     * The device moved bytes.
     *
     * @param device the device's address
     * @param identity what it is, such as its PCI vendor and device number
     * @param ranges what was checked of each mapped range
     * @param transfers how many transfers the device did
     * @param bytes how many bytes they moved
     * @param unmapped the address outside of every mapping that the device was told to write to
     * @param failures what went wrong
     */
    record Moved(
            String device,
            String identity,
            List<CheckedRange> ranges,
            int transfers,
            long bytes,
            Optional<Long> unmapped,
            List<String> failures)
            implements DmaResult {

        /** Copies the lists. */
        public Moved {
            ranges = List.copyOf(ranges);
            failures = List.copyOf(failures);
        }
    }

    /**
     * Nothing here can make the device move bytes.
     *
     * @param device the device's address
     * @param identity what it is, such as its PCI vendor and device number
     */
    record NotDriven(String device, String identity) implements DmaResult {

        /** {@return why nothing was checked, a sentence without a subject} */
        public String reason() {
            return "has no DMA engine that Pinion can drive, not checked";
        }

        @Override
        public List<String> failures() {
            return List.of();
        }
    }

    /**
     * One mapped range as the device saw it.
     *
     * @param range the range
     * @param outcome what was found: {@code ok}, {@code failed}, or {@code not checked: } and why
     */
    record CheckedRange(AddressRange range, String outcome) {

        /** The bytes arrived. */
        public static final String OK = "ok";

        /** Something else arrived. */
        public static final String FAILED = "failed";
    }
}
