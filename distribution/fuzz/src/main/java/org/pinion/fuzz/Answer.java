package org.pinion.fuzz;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.pinion.linux.Errno;

/**
 * What a kernel made of an operation. Everything that may differ from one kernel to the other without meaning anything,
 * which is addresses of the process and descriptors of files, is left out: so equal answers are the same.
 *
 * @param result 0 or more, or a negated error number; 0 for a new descriptor
 * @param changed a bit for each field of the structure that the kernel changed
 * @param values what it changed them to, one for each field
 * @param bytes what it wrote besides fields, or what was looked at; empty if nothing
 * @param thrown what the kernel threw, which none should; empty if nothing
 */
record Answer(long result, int changed, long[] values, byte[] bytes, String thrown) {

    private static final long[] NO_VALUES = {};
    private static final byte[] NO_BYTES = {};
    private static final int BYTES_SHOWN = 48;

    static Answer of(long result) {
        return new Answer(result, 0, NO_VALUES, NO_BYTES, "");
    }

    static Answer of(long result, byte[] bytes) {
        return new Answer(result, 0, NO_VALUES, bytes, "");
    }

    static Answer thrown(Throwable thrown) {
        StackTraceElement[] stack = thrown.getStackTrace();
        String place = stack.length == 0 ? "" : " at " + stack[0];
        return new Answer(0, 0, NO_VALUES, NO_BYTES, thrown + place);
    }

    static byte[] noBytes() {
        return NO_BYTES;
    }

    boolean succeeded() {
        return result >= 0 && thrown.isEmpty();
    }

    /** What a field is now; 0 if the kernel did not change it. */
    long value(Request request, String name) {
        int index = request.fields().indexOf(request.field(name));
        return (changed >>> index & 1) == 0 ? 0 : values[index];
    }

    boolean same(Answer other) {
        return result == other.result && changed == other.changed && Arrays.equals(values, other.values)
                && Arrays.equals(bytes, other.bytes) && thrown.equals(other.thrown);
    }

    /** One line, with the names of fields. */
    String text(Operation operation) {
        if (!thrown.isEmpty()) {
            return "threw " + thrown;
        }
        StringBuilder text = new StringBuilder(result < 0 ? "-" + name((int) -result) : Long.toString(result));
        List<Field> fields = operation instanceof Operation.Ioctl ioctl ? ioctl.request().fields() : List.of();
        for (int i = 0; i < values.length; i++) {
            if ((changed >>> i & 1) != 0) {
                text.append(' ').append(fields.get(i).name()).append('=').append(Value.hexadecimal(values[i]));
            }
        }
        if (bytes.length != 0) {
            text.append(" bytes=").append(shown());
        }
        return text.toString();
    }

    private static String name(int number) {
        Errno errno = Errno.of(number);
        return errno == Errno.UNKNOWN ? Integer.toString(number) : errno.toString();
    }

    /** Long ones by their beginning and a sum. */
    private String shown() {
        HexFormat hex = HexFormat.of();
        return bytes.length <= BYTES_SHOWN
                ? hex.formatHex(bytes)
                : hex.formatHex(bytes, 0, BYTES_SHOWN) + ".." + Integer.toHexString(Arrays.hashCode(bytes));
    }
}
