package org.pinion.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.pinion.linux.Errno;

/** What a call must answer. */
final class Expect {

    private Expect() {}

    /** The value that a call answers, which must not be an error. */
    static long succeeds(long answer) {
        assertThat(told(answer)).isEqualTo("success");
        return answer;
    }

    /** The id or descriptor that a call answers, which must not be an error. */
    static int id(long answer) {
        return Math.toIntExact(succeeds(answer));
    }

    static void fails(Errno expected, long answer) {
        assertThat(told(answer)).isEqualTo(expected.name());
    }

    /** A value, which must not be an error, and what it must be. */
    static void equal(long expected, long answer) {
        assertThat(succeeds(answer)).isEqualTo(expected);
    }

    /** An answer in a word. */
    static String told(long answer) {
        if (answer >= 0) {
            return "success";
        }
        Errno errno = Errno.of((int) -answer);
        return errno == Errno.UNKNOWN ? "error " + -answer : errno.name();
    }
}
