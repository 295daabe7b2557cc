package org.pinion.shell.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.api.AddressRange;

class SizesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1, 1 B",
        "1023, 1023 B",
        "1024, 1 KiB",
        "1536, 1536 B",
        "0x27100, 156.3 KiB",
        "0x18000000, 384 MiB",
        "0xfee00000, 4078 MiB",
        "0x7f01100000, 508.0 GiB",
        "0xffffffffffffffff, 16.0 EiB"
    })
    void anExactNumberIsPreferredAndLongOnesAreRounded(String bytes, String text) {
        long number = bytes.startsWith("0x") ? Long.parseUnsignedLong(bytes.substring(2), 16) : Long.parseLong(bytes);
        assertThat(Sizes.of(number)).isEqualTo(text);
    }

    @Test
    void theRangeOfAllAddressesHasOneByteMoreThanALongCounts() {
        assertThat(Sizes.of(AddressRange.ALL)).isEqualTo("16 EiB");
    }

    @Test
    void aSumMayExceedALong() {
        AddressRange half = new AddressRange(0, Long.MAX_VALUE);
        assertThat(Sizes.sum(Stream.of(half, new AddressRange(Long.MIN_VALUE, -1L)))).isEqualTo("16 EiB");
        assertThat(Sizes.sum(Stream.of())).isEqualTo("0 B");
    }
}
