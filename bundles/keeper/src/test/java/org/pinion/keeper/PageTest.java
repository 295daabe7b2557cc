package org.pinion.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PageTest {

    private final byte[] written = new Page(7, "content".getBytes(StandardCharsets.UTF_8)).bytes();

    private static DamagedRecordException refused(byte[] bytes) {
        return catchThrowableOfType(DamagedRecordException.class, () -> Page.read(bytes));
    }

    @Test
    void whatIsWrittenIsReadWhateverFollows() throws DamagedRecordException {
        Page page = Page.read(Arrays.copyOf(written, written.length + 100));
        assertThat(page.sequence()).isEqualTo(7);
        assertThat(page.content()).asString().isEqualTo("content");
    }

    @Test
    void noByteChangesUnnoticed() {
        for (int at = 0; at < written.length; at++) {
            byte[] changed = written.clone();
            changed[at] ^= 0x10;
            assertThat(refused(changed)).as("byte " + at).isNotNull();
        }
    }

    @Test
    void whatIsCutShortIsRefused() {
        for (int length = 0; length < written.length; length++) {
            assertThat(refused(Arrays.copyOf(written, length))).as(length + " bytes").isNotNull();
        }
        assertThat(refused(Arrays.copyOf(written, written.length - 1))).hasMessage("it is cut short: 6 bytes of 7");
        assertThat(refused(new byte[0])).hasMessage("it does not begin as a record does");
    }

    @Test
    void aLaterFormatIsTold() {
        byte[] later = written.clone();
        later[8] = 2;
        assertThat(refused(later)).hasMessage("it is in format 2, and this version of Pinion reads up to 1");
        assertThat(refused(later).ofLaterVersion()).isTrue();
    }
}
