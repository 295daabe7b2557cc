package org.pinion.keeper;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One writing of a record: a header, then the content.
 *
 * @param sequence counts the writings of a record
 * @param content the record
 */
record Page(long sequence, byte[] content) {

    /** The format that is written and read. */
    static final int FORMAT = 1;

    /** Bytes of the header: mark, format, checksum, sequence, length. */
    static final int HEADER = 32;

    private static final long MARK = 0x504e_4e5f_5350_4143L;
    private static final int FORMAT_AT = 8;
    private static final int CHECKSUM_AT = 12;
    private static final int SEQUENCE_AT = 16;
    private static final int LENGTH_AT = 24;

    /** {@return what is to be written} */
    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + content.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(0, MARK).putInt(FORMAT_AT, FORMAT);
        bytes.putLong(SEQUENCE_AT, sequence).putLong(LENGTH_AT, content.length);
        bytes.put(HEADER, content);
        bytes.putInt(CHECKSUM_AT, checksum(bytes));
        return bytes.array();
    }

    /**
     * Reads what was written.
     *
     * @throws DamagedRecordException if it is not whole, or of a later format
     */
    static Page read(byte[] written) throws DamagedRecordException {
        ByteBuffer bytes = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        if (written.length < HEADER || bytes.getLong(0) != MARK) {
            throw DamagedRecordException.damaged("it does not begin as a record does");
        }
        int format = bytes.getInt(FORMAT_AT);
        if (format > FORMAT) {
            throw DamagedRecordException.ofLaterVersion(
                    "it is in format %d, and this version of Pinion reads up to %d".formatted(format, FORMAT));
        }
        long length = bytes.getLong(LENGTH_AT);
        if (length < 0 || length > written.length - HEADER) {
            throw DamagedRecordException.damaged(
                    "it is cut short: %d bytes of %d".formatted(written.length - HEADER, length));
        }
        bytes.limit(HEADER + (int) length);
        if (bytes.getInt(CHECKSUM_AT) != checksum(bytes)) {
            throw DamagedRecordException.damaged("its checksum is wrong");
        }
        byte[] content = new byte[(int) length];
        bytes.get(HEADER, content);
        return new Page(bytes.getLong(SEQUENCE_AT), content);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.slice(SEQUENCE_AT, bytes.limit() - SEQUENCE_AT));
        return (int) sum.getValue();
    }
}
