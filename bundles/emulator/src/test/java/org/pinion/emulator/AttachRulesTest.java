package org.pinion.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pinion.emulator.Process.FIXED;
import static org.pinion.emulator.Process.PAGE;
import static org.pinion.emulator.Process.R;
import static org.pinion.emulator.Process.RW;
import static org.pinion.emulator.Process.errno;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pinion.linux.Errno;
import org.pinion.linux.Mman;

class AttachRulesTest {

    private static final String EVERYTHING = "0x0-0xffffffffffffffff";

    private final Process process = Process.onLab();
    private final int ioas = process.ioas();
    private final int device = process.bound(0);

    @ParameterizedTest
    @CsvSource({"0xfedff000,0x2000", "0xfee00000,0x1000", "0xfeeff000,0x2000", "0x7ffffff000,0x2000",
        "0x8000000000,0x1000", "-4096,4096"})
    void whatIsMappedWhereTheDeviceCannotReachKeepsItOut(long iova, long length) {
        process.map(ioas, process.memory(length).address(), length, iova);
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EADDRINUSE);
        assertThat(process.usable(ioas)).as("nothing stays reserved").containsExactly(EVERYTHING);
        assertThat(process.unmap(ioas, iova, length)).isEqualTo(length);
        assertThat(process.attach(device, ioas)).isPositive();
    }

    @ParameterizedTest
    @CsvSource({"1,0,4096", "0,1,4096", "0,0,4095", "0,2048,2048"})
    void whatIsMappedMisalignedKeepsItOut(long iovaOffset, long vaOffset, long length) {
        process.map(ioas, process.memory(2 * PAGE).address() + vaOffset, length, 0x10000 + iovaOffset);
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EADDRINUSE);
        assertThat(process.usable(ioas)).containsExactly(EVERYTHING);
    }

    @Test
    void aHoleOrAReadOnlyPageIsFoundOutByTheAttach() {
        assertThat(process.map(ioas, 0x10000, PAGE, 0)).isZero();
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EFAULT);
        process.unmap(ioas, 0, PAGE);
        long readOnly = process.memory(PAGE, Mman.PROT_READ).address();
        process.map(ioas, R | FIXED, readOnly, PAGE, 0);
        process.map(ioas, RW | FIXED, readOnly, PAGE, PAGE);
        assertThat(errno(process.attach(device, ioas))).isEqualTo(Errno.EFAULT);
        assertThat(process.usable(ioas)).containsExactly(EVERYTHING);
        process.unmap(ioas, PAGE, PAGE);
        assertThat(process.attach(device, ioas)).isPositive();
    }

    @Test
    void aFailedAttachLeavesNothingPinned() throws Exception {
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        process.map(ioas, 0x10000, PAGE, PAGE);
        process.attach(device, ioas);
        assertThat(process.pinnedKilobytes()).isZero();
    }

    @Test
    void anIdThatIsNotThereOrNoAddressSpaceIsRefused() {
        assertThat(errno(process.attach(device, 77))).isEqualTo(Errno.ENOENT);
        assertThat(errno(process.attach(device, 2))).as("a device's id").isEqualTo(Errno.EINVAL);
    }

    @Test
    void devicesWithTheSameIommuShareAPageTableThatGoesWithTheLast() {
        int first = process.attach(device, ioas);
        int other = process.bound(1);
        assertThat(process.attach(other, ioas)).isEqualTo(first);
        process.detach(device);
        assertThat(errno(process.destroy(first))).isEqualTo(Errno.EBUSY);
        process.detach(other);
        assertThat(errno(process.destroy(first))).isEqualTo(Errno.ENOENT);
    }

    @Test
    void aPageTableCanBeAttachedById() {
        int pageTable = process.attach(device, ioas);
        assertThat(process.attach(process.bound(1), pageTable)).isEqualTo(pageTable);
    }

    @Test
    void attachingAgainToTheSameChangesNothing() {
        int pageTable = process.attach(device, ioas);
        assertThat(process.attach(device, ioas)).isEqualTo(pageTable);
        assertThat(process.attach(device, pageTable)).isEqualTo(pageTable);
        process.detach(device);
        assertThat(process.usable(ioas)).containsExactly(EVERYTHING);
    }

    @Test
    void attachingElsewhereMovesTheDevice() throws Exception {
        long va = process.memory(2 * PAGE).address();
        process.map(ioas, va, PAGE, 0);
        int other = process.ioas();
        process.map(other, va, 2 * PAGE, 0);
        int pageTable = process.attach(device, ioas);
        assertThat(process.attach(device, other)).isNotEqualTo(pageTable).isPositive();
        assertThat(process.usable(ioas)).containsExactly(EVERYTHING);
        assertThat(process.usable(other)).hasSize(2);
        assertThat(process.pinnedKilobytes()).isEqualTo(8);
        assertThat(process.destroy(ioas)).as("nobody needs it").isZero();
    }

    @ParameterizedTest
    @CsvSource({"0xfee00000,true,EADDRINUSE", "0x8000000000,false,EADDRINUSE", "0x5001,false,EADDRINUSE",
        "0x5000,false,EFAULT", "0xfee00000,false,EFAULT"})
    void aMoveFillsTheNewPageTableFirstAndLeavesTheDeviceWhereItIsIfItFails(long iova, boolean pinnable,
            Errno expected) throws Exception {
        int other = process.ioas();
        process.map(other, pinnable ? process.memory(PAGE).address() : 0x10000, PAGE, iova);
        process.map(ioas, process.memory(PAGE).address(), PAGE, 0);
        int pageTable = process.attach(device, ioas);
        assertThat(errno(process.attach(device, other))).isEqualTo(expected);
        assertThat(process.usable(other)).containsExactly(EVERYTHING);
        assertThat(process.usable(ioas)).hasSize(2);
        assertThat(process.pinnedKilobytes()).isEqualTo(4);
        assertThat(process.attach(device, ioas)).isEqualTo(pageTable);
        assertThat(process.destroy(other)).isZero();
    }

    @Test
    void aDeviceWithAnotherIommuGetsAPageTableOfItsOwn() {
        Process mixed = Process.on("""
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 1}
                  - {address: "0000:00:02.0", model: edu, group: 2, aperture: 0x10000-0xffffffffffff}
                """);
        int space = mixed.ioas();
        int first = mixed.bound(0);
        int second = mixed.bound(1);
        int pageTable = mixed.attach(first, space);
        assertThat(mixed.attach(second, space)).isNotEqualTo(pageTable);
        assertThat(mixed.usable(space)).containsExactly("0x10000-0xfedfffff", "0xfef00000-0x7fffffffff");
        assertThat(errno(mixed.attach(second, pageTable))).isEqualTo(Errno.EINVAL);
        mixed.detach(first);
        assertThat(mixed.usable(space)).as("the refusal took away what it had reserved")
                .containsExactly("0x10000-0xffffffffffff");
    }

    @Test
    void pagesBiggerThanTheProcessorsAreRefusedAndSmallerOnesLowerTheAlignment() {
        Process mixed = Process.on("""
                devices:
                  - {address: "0000:00:01.0", model: edu, group: 1, page-sizes: [64K]}
                  - {address: "0000:00:02.0", model: edu, group: 2, page-sizes: [2K, 4K]}
                """);
        int space = mixed.ioas();
        assertThat(errno(mixed.attach(mixed.bound(0), space))).isEqualTo(Errno.EINVAL);
        assertThat(mixed.attach(mixed.bound(1), space)).isPositive();
        long va = mixed.memory(PAGE).address();
        assertThat(mixed.map(space, va + 2048, 2048, 2048)).isZero();
        assertThat(errno(mixed.map(space, va, 1024, 0))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void detachOfADeviceThatIsNotAttachedDoesNothing() {
        assertThat(process.detach(device)).isZero();
    }

    @Test
    void closingTheDeviceDetachesIt() {
        process.attach(device, ioas);
        process.kernel.close(device);
        assertThat(process.usable(ioas)).containsExactly(EVERYTHING);
        assertThat(process.destroy(ioas)).isZero();
        assertThat(process.bind(process.openDevice(0))).isPositive();
    }
}
