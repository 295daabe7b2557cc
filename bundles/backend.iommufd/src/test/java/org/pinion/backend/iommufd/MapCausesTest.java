package org.pinion.backend.iommufd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pinion.api.Access;
import org.pinion.api.AddressRange;
import org.pinion.api.Backing;
import org.pinion.api.IommuException;
import org.pinion.api.Mapping;
import org.pinion.api.RangeSet;
import org.pinion.api.Route;
import org.pinion.device.IovaRanges;
import org.pinion.device.cause.Cause;
import org.pinion.linux.Errno;
import org.pinion.linux.ErrnoException;

class MapCausesTest {

    private static final IovaRanges RANGES = new IovaRanges(
            RangeSet.of(new AddressRange(0, 0xfedfffffL), new AddressRange(0xfef00000L, 0x7fffffffffL)), 0x1000);
    private static final Mapping RAM = user(0, 0x100000, 0x7f0000000000L);

    private final MapCauses causes = new MapCauses(Optional.of(RANGES), KnownProcess.FACTS);

    private static Mapping user(long start, long size, long address) {
        return new Mapping(
                AddressRange.ofSize(start, size), Access.READ_WRITE, Route.USER, new Backing.UserMemory(address));
    }

    private static ErrnoException answer(Errno errno) {
        return new ErrnoException("IOMMU_IOAS_MAP", errno);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "EEXIST     | 0x0-0xfffff is mapped already",
        "EFAULT     | memory at 0x7f0000000000 cannot be pinned: nothing is mapped at 0x7f0000000000 in this process",
        "ENOMEM     | 0x100000 bytes are to be pinned and the limit on locked memory is 0x800000 bytes",
        "EOVERFLOW  | reaches 2^64-1",
        "EBADF      | is not open in this process",
        "EPERM      | pages that may not be written",
        "EOPNOTSUPP | the kernel does not pin memory at 0x7f0000000000",
        "ENODEV     | a dma-buf that was revoked",
        "ENOENT     | no longer has the address space",
        "ENOTTY     | the kernel does not map files",
        "EIO        | Input/output error",
    })
    void anErrnoIsACauseInWordsWithARemedy(Errno errno, String words) {
        Cause cause = causes.of(RAM, answer(errno));
        assertThat(cause.why()).contains(words);
        assertThat(cause.remedy()).isNotBlank();
    }

    @ParameterizedTest
    @EnumSource(Errno.class)
    void theWholeMessageNamesTheOperationTheErrnoAndTheRange(Errno errno) {
        ErrnoException failure = answer(errno);
        IommuException told = causes.of(RAM, failure).failing("map it", RAM.range(), failure);
        assertThat(told).hasMessageStartingWith("map it: " + errno.name() + ": ").hasCause(failure);
        assertThat(told.range()).contains(RAM.range());
    }

    @Test
    void anInvalidMappingOverTheMsiWindowIsToldByItsRange() {
        Cause cause = causes.of(user(0xfee00000L, 0x1000, 0x1000), answer(Errno.EINVAL));
        assertThat(cause.why()).contains("[0xfee00000-0xfee00fff] is reserved by").contains("usable is [0x0-0xfedfffff");
    }

    @Test
    void anInvalidMappingThatIsNotAlignedIsToldSo() {
        assertThat(causes.of(user(0x800, 0x1000, 0x1000), answer(Errno.EINVAL)).why()).contains("multiples of 0x1000");
        assertThat(causes.of(user(0x1000, 0x1000, 0x1800), answer(Errno.EINVAL)).why()).contains("multiples of 0x1000");
    }

    @Test
    void anInvalidFileIsNoMemoryFileOrTooShort() {
        Mapping file = new Mapping(
                AddressRange.ofSize(0, 0x1000), Access.READ, Route.FILE, new Backing.MemoryFile(5, 0, 0));
        assertThat(causes.of(file, answer(Errno.EINVAL)).why())
                .contains("file descriptor 5 at 0x0 is not a memory file")
                .contains("ends before the mapping does");
    }

    @Test
    void aFileThatIsTooShortIsToldWithoutLookingAtMemory() {
        Mapping file = new Mapping(
                AddressRange.ofSize(0, 0x1000), Access.READ, Route.FILE, new Backing.MemoryFile(5, 0, 0));
        assertThat(causes.of(file, answer(Errno.EFAULT)).why()).contains("the file ends before");
    }

    @Test
    void withoutRangesAnInvalidMappingStillHasACause() {
        MapCauses blind = new MapCauses(Optional.empty(), KnownProcess.FACTS);
        assertThat(blind.of(RAM, answer(Errno.EINVAL)).why()).contains("offset within a page");
    }
}
